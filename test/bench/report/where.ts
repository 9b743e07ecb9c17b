/** The tables of where the time of a request goes. Pure. */

import type { WhereResult } from '../where/figures.ts';
import type { Operation } from '../where/measure.ts';
import { PARTS } from '../where/parts.ts';
import { tableOf } from './table.ts';

/** Milliseconds by part. */
type Column = Record<string, number>;

export function processorTable({ seen }: WhereResult): string {
  const { read, login, status, remount } = seen;
  const emulator = (operation: Operation, stage: string) => ({
    ...operation.processor[stage],
    emulator: operation.emulatorMs * shareOfSdk(operation, stage),
  });
  return table({
    'kv read': emulator(read, 'read'),
    login: emulator(login, 'login'),
    status: emulator(status, 'status'),
    'POST sys/remount': emulator(remount, 'remount'),
    switch: emulator(remount, 'switch'),
    announcement: emulator(remount, 'announcement'),
  });
}

export function passedTable({ seen: { read, login, status, remount } }: WhereResult): string {
  return table({
    'kv read': { ...read.passed.read },
    login: { ...login.passed.login },
    status: { ...status.passed.status },
    'POST sys/remount': { ...remount.passed.remount },
    switch: { ...remount.passed.switch },
    announcement: { ...remount.passed.announcement },
  });
}

/** The emulator does not say for whom it works. Its time is shared as the time of the SDK is that called it. */
function shareOfSdk({ processor }: Operation, stage: string): number {
  const sdkOf = (one: string) => processor[one]?.sdk ?? 0;
  const total = Object.keys(processor).reduce((sum, one) => sum + sdkOf(one), 0);
  return total > 0 ? sdkOf(stage) / total : 0;
}

const ROWS: Record<string, string> = {
  ...PARTS,
  emulator: 'emulator of DynamoDB',
  waiting: 'waiting for the emulator, the system and the client',
};

function table(columns: Record<string, Column>): string {
  const all = Object.values(columns);
  const isThere = (row: string) => all.some((column) => (column[row] ?? 0) >= 0.005);
  const rows = Object.entries(ROWS)
    .filter(([row]) => isThere(row))
    .map(([row, what]) => [what, ...all.map((column) => (column[row] ?? 0).toFixed(2))]);
  const sums = all.map((column) => Object.values(column).reduce((sum, ms) => sum + ms, 0));
  const total = ['**all**', ...sums.map((sum) => `**${sum.toFixed(2)}**`)];
  return tableOf(['milliseconds', ...Object.keys(columns)], [...rows, total]);
}
