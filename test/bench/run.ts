/**
 * `npm run bench`: measures, prints tables and stores the results in `.build/bench.json` and `.build/bench-cluster.json`. It
 * never fails a figure.
 *
 * `--cluster` measures only the moves on a cluster, beside those of the cluster itself. They need a real OpenBao and a real
 * PostgreSQL, and are left out where one of these is missing. `--document` writes docs/performance.md from what was
 * measured. `--result file` reads a result instead of measuring. `--compare old.json new.json` shows what got worse.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { screenOn } from '../../infra/demo/screen.ts';
import { amountsFrom, clusterAmountsFrom } from './amounts.ts';
import { clusterFiguresOf } from './cluster/figures.ts';
import { missingPrograms } from './cluster/lab.ts';
import { measureCluster } from './cluster/measure.ts';
import { type Change, compare, differentAmounts, TOLERANCE } from './compare.ts';
import { type AnyRun, type Figure, figuresOf, type Run, shown } from './figures.ts';
import { measureAll } from './measure/all.ts';
import { writeDocument } from './report/document.ts';
import type { Results } from './report/results.ts';

const BUILD = join(import.meta.dirname, '..', '..', '.build');

const { values, positionals } = parseArgs({
  options: {
    cluster: { type: 'boolean' },
    compare: { type: 'boolean' },
    tolerance: { type: 'string', default: String(TOLERANCE) },
    document: { type: 'boolean' },
    result: { type: 'string' },
  },
  allowPositionals: true,
});

/** What is measured in one run. */
interface Part<Amounts, Seen> {
  amounts: Amounts;
  /** Where the result is stored. */
  file: string;
  measure(amounts: Amounts, announce: (what: string) => void): Promise<Seen>;
  figuresOf(seen: Seen): Figure[];
}

if (values.compare) await showChanges(positionals, Number(values.tolerance));
else {
  const results = await resultsOf(values.result);
  for (const result of Object.values(results)) screenOn(process.stdout).table(table(result));
  if (values.document) await writeDocument(results);
}

/** @param file of one part; without it, the parts are measured */
async function resultsOf(file: string | undefined): Promise<Partial<Results>> {
  const service = {
    amounts: amountsFrom(process.env),
    file: 'bench.json',
    measure: measureAll,
    figuresOf,
  };
  const cluster = {
    amounts: clusterAmountsFrom(process.env),
    file: 'bench-cluster.json',
    measure: measureCluster,
    figuresOf: clusterFiguresOf,
  };
  if (file)
    return values.cluster
      ? { cluster: await recalculated(cluster, file) }
      : { service: await recalculated(service, file) };
  const missing = await missingPrograms();
  for (const text of missing) console.error(`moves on a cluster are left out: ${text}`);
  return {
    ...(!values.cluster && { service: await measured(service) }),
    ...(missing.length === 0 && { cluster: await measured(cluster) }),
  };
}

async function measured<Amounts, Seen>(part: Part<Amounts, Seen>): Promise<Run<Amounts, Seen>> {
  const { amounts, file } = part;
  const [loadBefore = 0] = loadavg();
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1_000;
  const seen = await part.measure(amounts, (what) =>
    console.error(`${passed().toFixed(0).padStart(5)} s  ${what}`),
  );
  const [loadAfter = 0] = loadavg();
  const [processor] = cpus();
  const result = {
    at: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      processor: processor?.model.trim() ?? '',
      node: process.version,
      loadBefore,
      loadAfter,
    },
    seconds: passed(),
    amounts,
    figures: part.figuresOf(seen),
    seen,
  };
  await mkdir(BUILD, { recursive: true });
  await writeFile(join(BUILD, file), `${JSON.stringify(result, undefined, 2)}\n`);
  console.error(`${passed().toFixed(0).padStart(5)} s  kept in .build/${file}`);
  return result;
}

/** A stored result, with its figures calculated again by today's code. */
async function recalculated<Amounts, Seen>(
  part: Part<Amounts, Seen>,
  file: string,
): Promise<Run<Amounts, Seen>> {
  const result: Run<Amounts, Seen> = JSON.parse(await readFile(file, 'utf8'));
  return { ...result, figures: part.figuresOf(result.seen) };
}

function table({ figures }: AnyRun): string[][] {
  return figures.map((figure) => {
    const { what, reach, better, unit, from } = figure;
    const goals = [reach, better].filter((value) => value !== undefined);
    return [what, shown(figure), goals.map((value) => shown({ value, unit })).join(', '), from];
  });
}

async function showChanges([oldFile, newFile]: string[], tolerance: number): Promise<void> {
  if (!oldFile || !newFile) throw new Error('npm run bench -- --compare old.json new.json');
  const [before, after] = (await Promise.all([oldFile, newFile].map(readRun))) as [AnyRun, AnyRun];
  const different = differentAmounts(before, after);
  if (different.length > 0) console.log(`  measured with other amounts: ${different.join(', ')}`);
  screenOn(process.stdout).table(compare(before, after, tolerance).map(changeRow));
}

function changeRow({ what, before, after, unit, verdict }: Change): string[] {
  return [verdict, what, shown({ value: before, unit }), shown({ value: after, unit })];
}

async function readRun(file: string): Promise<AnyRun> {
  return JSON.parse(await readFile(file, 'utf8'));
}
