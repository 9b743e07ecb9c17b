/**
 * The results of earlier runs: one file for each part of a run, in `.build/bench/`, and those that docs/performance.md is
 * written from. Results of different machines cannot be compared.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { differentAmounts } from './compare.ts';
import type { AnyRun } from './figures.ts';
import type { PartName } from './parts.ts';
import { storedIn } from './report/document.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, '.build', 'bench');

/** @returns the file, relative to the repository; its name begins with the time */
export async function keep(part: PartName, run: AnyRun): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, `${run.at.slice(0, 19).replaceAll(':', '-')}-${part}.json`);
  await writeFile(file, `${JSON.stringify(run, undefined, 2)}\n`);
  return relative(ROOT, file);
}

/** The result to compare with: of the same machine, and before this run. */
export async function lastBefore(part: PartName, run: AnyRun): Promise<AnyRun | undefined> {
  const names = existsSync(FOLDER) ? await readdir(FOLDER) : [];
  const own = names.filter((name) => name.endsWith(`-${part}.json`)).map((name) => join(FOLDER, name));
  const files = [...own, storedIn(part)].filter((file) => existsSync(file));
  const runs = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as AnyRun),
  );
  return lastOf(runs, run);
}

/** The newest with the same amounts; if there is none, the newest. */
export function lastOf(runs: AnyRun[], run: AnyRun): AnyRun | undefined {
  const earlier = runs
    .filter((one) => one.at < run.at && machineOf(one) === machineOf(run))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  return earlier.find((one) => differentAmounts(one, run).length === 0) ?? earlier[0];
}

/** What two results must have in common. */
export function machineOf({ machine: { processor, cores, node } }: AnyRun): string {
  return `${processor}, ${cores} cores, Node ${node.slice(1)}`;
}
