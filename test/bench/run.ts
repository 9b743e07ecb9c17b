/**
 * `npm run bench`: measures, prints a table and stores the result in `.build/bench.json`. It never fails a figure.
 *
 * `--document` writes docs/performance.md from the result. `--result file` reads a result instead of measuring.
 * `--compare old.json new.json` shows what got worse.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { screenOn } from '../../infra/demo/screen.ts';
import { amountsFrom } from './amounts.ts';
import { type Change, compare, differentAmounts, TOLERANCE } from './compare.ts';
import { figuresOf, type Result, shown } from './figures.ts';
import { measureAll } from './measure/all.ts';
import { writeDocument } from './report/document.ts';

const BUILD = join(import.meta.dirname, '..', '..', '.build');

const { values, positionals } = parseArgs({
  options: {
    compare: { type: 'boolean' },
    tolerance: { type: 'string', default: String(TOLERANCE) },
    document: { type: 'boolean' },
    result: { type: 'string' },
  },
  allowPositionals: true,
});

if (values.compare) await showChanges(positionals, Number(values.tolerance));
else {
  const result = values.result ? await recalculated(values.result) : await measured();
  screenOn(process.stdout).table(table(result));
  if (values.document) await writeDocument(result);
}

async function measured(): Promise<Result> {
  const amounts = amountsFrom(process.env);
  const [loadBefore = 0] = loadavg();
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1_000;
  const seen = await measureAll(amounts, (what) =>
    console.error(`${passed().toFixed(0).padStart(5)} s  ${what}`),
  );
  const [loadAfter = 0] = loadavg();
  const [processor] = cpus();
  const result: Result = {
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
    figures: figuresOf(seen),
    seen,
  };
  await mkdir(BUILD, { recursive: true });
  await writeFile(join(BUILD, 'bench.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  console.error(`${passed().toFixed(0).padStart(5)} s  kept in .build/bench.json`);
  return result;
}

/** A stored result, with its figures calculated again by today's code. */
async function recalculated(file: string): Promise<Result> {
  const result = await readResult(file);
  return { ...result, figures: figuresOf(result.seen) };
}

async function readResult(file: string): Promise<Result> {
  return JSON.parse(await readFile(file, 'utf8'));
}

function table({ figures }: Result): string[][] {
  return figures.map((figure) => {
    const { what, reach, better, unit, from } = figure;
    const goal =
      reach === undefined
        ? ''
        : `${shown({ value: reach, unit })}, ${shown({ value: better ?? reach, unit })}`;
    return [what, shown(figure), goal, from];
  });
}

async function showChanges([oldFile, newFile]: string[], tolerance: number): Promise<void> {
  if (!oldFile || !newFile) throw new Error('npm run bench -- --compare old.json new.json');
  const [before, after] = await Promise.all([readResult(oldFile), readResult(newFile)]);
  const different = differentAmounts(before, after);
  if (different.length > 0) console.log(`  measured with other amounts: ${different.join(', ')}`);
  screenOn(process.stdout).table(compare(before, after, tolerance).map(changeRow));
}

function changeRow({ what, before, after, unit, verdict }: Change): string[] {
  return [verdict, what, shown({ value: before, unit }), shown({ value: after, unit })];
}
