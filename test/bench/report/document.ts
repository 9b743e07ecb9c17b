/**
 * Writes docs/performance.md and its charts from the results. The prose is in the document itself. The blocks with figures
 * are generated here from the results that are stored next to it, so they always agree.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { amountsFrom, clusterAmountsFrom } from '../amounts.ts';
import { type AnyRun, type Figure, type Result, shown, thousands } from '../figures.ts';
import { BILLED_MS, PRICES } from '../pricing.ts';
import { chartsOf } from './charts.ts';
import type { Results } from './results.ts';
import { leaseRows, mountRows, type Row, rateRows } from './scale.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');
export const DOCUMENT = join(DOCS, 'performance.md');
export const FOLDER = join(DOCS, 'performance');
export const RESULT = join(FOLDER, 'result.json');
export const CLUSTER_RESULT = join(FOLDER, 'cluster.json');

/** @param measured the other part stays as it is stored */
export async function writeDocument(measured: Partial<Results>): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const results: Results = {
    service: measured.service ?? JSON.parse(await readFile(RESULT, 'utf8')),
    cluster: measured.cluster ?? JSON.parse(await readFile(CLUSTER_RESULT, 'utf8')),
  };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(DOCUMENT, filled(text, results));
  await writeFile(RESULT, `${JSON.stringify(results.service, undefined, 2)}\n`);
  await writeFile(CLUSTER_RESULT, `${JSON.stringify(results.cluster, undefined, 2)}\n`);
  for (const [name, svg] of Object.entries(chartsOf(results))) await writeFile(join(FOLDER, name), svg);
}

/** @throws Error when the document has a block that is not generated here */
export function filled(text: string, { service, cluster }: Results): string {
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
  const { what, reach, better, unit, wish, from } = figure;
  const sign = wish === 'low' ? '≤' : '≥';
  const goal = (value: number) => `${sign} ${shown({ value, unit })}`;
  const goals = [reach, better].filter((value) => value !== undefined).map(goal);
  return [what, `**${shown(figure)}**`, goals.join(', '), from];
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

function tableOf(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
