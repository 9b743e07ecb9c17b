/**
 * `npm run bench`: measures, prints tables and keeps the results in `.build/bench/`. It never fails a figure.
 *
 * `--service`, `--cluster`, `--beside` and `--where` choose parts; without them, all are measured: the service, its moves on
 * a cluster, what it does beside a real OpenBao, and where the time of a request goes. A part is left out where a program
 * that it needs is missing.
 *
 * `--document` writes docs/performance.md from what was measured. `--result file` reads the result of the chosen part instead
 * of measuring. `--compare` shows what got worse against the last result of the same machine, or with two files against the
 * first of them.
 */

import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { screenOn } from '../../infra/demo/screen.ts';
import { type Change, compare, differentAmounts, TOLERANCE } from './compare.ts';
import { type AnyRun, type Run, shown } from './figures.ts';
import { keep, lastBefore, machineOf } from './kept.ts';
import { PARTS, type Part, type PartName } from './parts.ts';
import { writeDocument } from './report/document.ts';

const { values, positionals } = parseArgs({
  options: {
    service: { type: 'boolean' },
    cluster: { type: 'boolean' },
    beside: { type: 'boolean' },
    where: { type: 'boolean' },
    compare: { type: 'boolean' },
    tolerance: { type: 'string', default: String(TOLERANCE) },
    document: { type: 'boolean' },
    result: { type: 'string' },
  },
  allowPositionals: true,
});

const ALL = Object.keys(PARTS) as PartName[];
const chosen = ALL.filter((name) => values[name]);
const screen = screenOn(process.stdout);

if (positionals.length > 0) await compareFiles(positionals);
else {
  const results = values.result ? await recalculated(values.result) : await measureAll();
  for (const [name, result] of Object.entries(results) as [PartName, AnyRun][]) {
    screen.table(table(result));
    if (values.compare) await compareWithLast(name, result);
  }
  if (values.document) await writeDocument(results);
}

async function measureAll(): Promise<Record<string, AnyRun>> {
  const results: Record<string, AnyRun> = {};
  for (const name of chosen.length > 0 ? chosen : ALL) {
    const part = PARTS[name] as Part<Record<string, number>, unknown>;
    const missing = await part.missing();
    for (const text of missing) console.error(`${part.what} is left out: ${text}`);
    if (missing.length > 0) continue;
    const result = await measured(part);
    console.error(`${' '.repeat(8)}kept in ${await keep(name, result)}`);
    results[name] = result;
  }
  return results;
}

async function measured<Amounts, Seen>(part: Part<Amounts, Seen>): Promise<Run<Amounts, Seen>> {
  const amounts = part.amountsFrom(process.env);
  const [loadBefore = 0] = loadavg();
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1_000;
  const seen = await part.measure(amounts, (what) =>
    console.error(`${passed().toFixed(0).padStart(5)} s  ${what}`),
  );
  const [loadAfter = 0] = loadavg();
  const [processor] = cpus();
  return {
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
}

/** The stored result of one part, with its figures calculated again by today's code. */
async function recalculated(file: string): Promise<Record<string, AnyRun>> {
  const [name = 'service'] = chosen;
  const part = PARTS[name] as Part<Record<string, number>, unknown>;
  const result = await readRun(file);
  return { [name]: { ...result, figures: part.figuresOf(result.seen) } };
}

function table({ figures }: AnyRun): string[][] {
  return figures.map((figure) => {
    const { what, reach, better, unit, from } = figure;
    const goals = [reach, better].filter((value) => value !== undefined);
    return [what, shown(figure), goals.map((value) => shown({ value, unit })).join(', '), from];
  });
}

async function compareWithLast(name: PartName, after: AnyRun): Promise<void> {
  const { what } = PARTS[name];
  const before = await lastBefore(name, after);
  if (!before) return screen.line(`\n  ${what}: no earlier result of this machine (${machineOf(after)})\n`);
  screen.line(`\n  ${what}, compared with the run of ${before.at} on this machine (${machineOf(after)}):`);
  showChanges(before, after);
}

async function compareFiles([oldFile, newFile]: string[]): Promise<void> {
  if (!values.compare || !oldFile || !newFile)
    throw new Error('npm run bench -- --compare old.json new.json');
  const [before, after] = (await Promise.all([oldFile, newFile].map(readRun))) as [AnyRun, AnyRun];
  if (machineOf(before) !== machineOf(after))
    screen.line(`  measured on other machines: ${machineOf(before)}, and ${machineOf(after)}`);
  showChanges(before, after);
}

function showChanges(before: AnyRun, after: AnyRun): void {
  const different = differentAmounts(before, after);
  if (different.length > 0) screen.line(`  measured with other amounts: ${different.join(', ')}`);
  screen.table(compare(before, after, Number(values.tolerance)).map(changeRow));
}

function changeRow({ what, before, after, unit, verdict }: Change): string[] {
  return [verdict, what, shown({ value: before, unit }), shown({ value: after, unit })];
}

async function readRun(file: string): Promise<AnyRun> {
  return JSON.parse(await readFile(file, 'utf8'));
}
