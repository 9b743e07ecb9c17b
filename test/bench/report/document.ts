/**
 * Writes docs/performance.md and its charts from the results. The prose is in the document itself. The blocks with figures
 * are generated here from the results that are stored next to it, so they always agree.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { amountsFrom, besideAmountsFrom, clusterAmountsFrom, whereAmountsFrom } from '../amounts.ts';
import { type AnyRun, type Figure, type Result, shown, thousands } from '../figures.ts';
import { BILLED_MS, PRICES } from '../pricing.ts';
import { besideTable } from './beside.ts';
import { chartsOf } from './charts.ts';
import type { Results } from './results.ts';
import { leaseRows, mountRows, type Row, rateRows } from './scale.ts';
import { goalsOf, tableOf } from './table.ts';
import { passedTable, processorTable } from './where.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');
export const DOCUMENT = join(DOCS, 'performance.md');
export const FOLDER = join(DOCS, 'performance');

const FILES: Record<keyof Results, string> = {
  service: 'result.json',
  cluster: 'cluster.json',
  beside: 'beside.json',
  where: 'where.json',
};

/** Where the result of a part is stored that the document is written from. */
export function storedIn(part: keyof Results): string {
  return join(FOLDER, FILES[part]);
}

/** What the document is written from now. */
export async function readResults(): Promise<Results> {
  const parts = Object.keys(FILES) as (keyof Results)[];
  const read = async (part: keyof Results) => [part, JSON.parse(await readFile(storedIn(part), 'utf8'))];
  return Object.fromEntries(await Promise.all(parts.map(read)));
}

/** @param measured the other parts stay as they are stored */
export async function writeDocument(measured: Partial<Record<string, AnyRun>>): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const results: Results = { ...(await readResults()), ...measured };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(DOCUMENT, filled(text, results));
  for (const [part, result] of Object.entries(results))
    await writeFile(storedIn(part as keyof Results), `${JSON.stringify(result, undefined, 2)}\n`);
  for (const [name, svg] of Object.entries(chartsOf(results))) await writeFile(join(FOLDER, name), svg);
}

/** @throws Error when the document has a block that is not generated here */
export function filled(text: string, { service, cluster, beside, where }: Results): string {
  const blocks: Record<string, string> = {
    run: runOf(service, amountsFrom({})),
    figures: figuresTable(service),
    calls: callsOf(service),
    prices: pricesOf(),
    mounts: tableOf(HEAD, mountRows(service)),
    leases: tableOf(HEAD, leaseRows(service)),
    rate: tableOf(HEAD, rateRows(service)),
    clusterRun: runOf(cluster, clusterAmountsFrom({})),
    clusterFigures: figuresTable(cluster),
    besideRun: runOf(beside, besideAmountsFrom({})),
    besideFigures: besideTable(beside),
    whereRun: runOf(where, whereAmountsFrom({})),
    whereFigures: figuresTable(where),
    processor: processorTable(where),
    passed: passedTable(where),
  };
  return text.replace(/(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- \/bench -->)/g, (_, open, name, close) => {
    const block = blocks[name as string];
    if (block === undefined) throw new Error(`the document has the unknown block ${name}`);
    return `${open}${block}\n${close}`;
  });
}

const HEAD: Row = ['what', 'value', 'formula'];

/** @param full the amounts of a run without settings */
function runOf({ at, machine, seconds, amounts }: AnyRun, full: Record<string, number>): string {
  const { cores, processor, node, loadBefore, loadAfter } = machine;
  const loads = `${loadBefore.toFixed(1)} before the run and ${loadAfter.toFixed(1)} at its end`;
  const line = `Run of ${at.slice(0, 16).replace('T', ' ')} UTC: ${cores} cores (${processor}), Node ${node.slice(1)}, load ${loads}, ${thousands(seconds)} seconds.`;
  const all = Object.entries(amounts).map(([name, amount]) => `\`${name}\` ${thousands(amount)}`);
  const smaller = Object.entries(full).filter(([name, amount]) => (amounts[name] ?? 0) < amount);
  const wanting = smaller.map(([name, amount]) => `\`${name}\` ${thousands(amount)}`).join(', ');
  const note =
    wanting && `\n\nThis run was smaller than \`npm run bench\` without settings, which has ${wanting}.`;
  return `${line}\n\nAmounts: ${all.join(', ')}.${note}`;
}

function figuresTable({ figures }: AnyRun): string {
  return tableOf(['what', 'value', 'goal, better', 'from'], figures.map(figureRow));
}

function figureRow(figure: Figure): string[] {
  return [figure.what, `**${shown(figure)}**`, goalsOf(figure), figure.from];
}

function callsOf({ seen: { plain } }: Result): string {
  const rows = Object.entries({ 'the move': plain.move, 'one status request': plain.status }).map(
    ([what, { calls, units }]) => {
      const each = Object.entries(calls).map(([operation, count]) => `${count} ${operation}`);
      return [what, each.join(', '), String(units.read), String(units.write)];
    },
  );
  return tableOf(['', 'calls', 'read units', 'write units'], rows);
}

function pricesOf(): string {
  const { transition, restRequest, writeUnit, readUnit, event, invocation, lambdaGBSecond } = PRICES;
  const million = (price: number) => `$${Number((price * 1e6).toPrecision(6))}`;
  return [
    `us-east-1, ${PRICES.date}, per million: state transitions ${million(transition)}, REST requests ${million(restRequest)},`,
    `write units ${million(writeUnit)}, read units ${million(readUnit)}, events ${million(event)}, invocations ${million(invocation)}; a GB-second of Lambda on`,
    `arm64 $${lambdaGBSecond}. Each of five invocations is assumed to last ${BILLED_MS} ms: \`remount\`, \`status\`, \`switch\`, \`publish\` for two writes.`,
    'Without free tier, log lines and data transfer. The prices of events and of stored data were not checked again.',
  ].join('\n');
}
