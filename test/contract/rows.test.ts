/** Every case of contract §12 has a test in this folder: the title of the test has its number in brackets. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROWS = Array.from({ length: 60 }, (_, i) => i + 1);

/** The cases that requests to a running service cannot test, with the reason. */
const UNTESTABLE = new Map<number, string>([
  ...[33, 34, 35].map((row) => [row, 'namespaces with their own seal: this service has no seals'] as const),
  [54, 'a failing rollback of a backend: there is no rollback, since no write is ever half done'],
  ...[57, 60].map(
    (row) => [row, 'the command line without a server: its other cases are in clients.test.ts'] as const,
  ),
]);

async function rowsInNames(): Promise<Set<number>> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(
    files
      .filter((file) => file !== 'rows.test.ts')
      .map((file) => readFile(join(import.meta.dirname, file), 'utf8')),
  );
  const names = sources.flatMap((source) => source.match(/(['"`]).*?\[\d+\].*?\1/g) ?? []);
  return new Set(names.flatMap((name) => [...name.matchAll(/ \[(\d+)\]/g)].map(([, row]) => Number(row))));
}

describe('the cases of the contract', () => {
  it('each have a test, or a reason to have none', async () => {
    const tested = await rowsInNames();
    expect(ROWS.filter((row) => !tested.has(row) && !UNTESTABLE.has(row))).toEqual([]);
  });

  it('with a reason to have no test have none, and tests name no unknown case', async () => {
    const tested = await rowsInNames();
    expect([...UNTESTABLE.keys()].filter((row) => tested.has(row))).toEqual([]);
    expect([...tested].filter((row) => !ROWS.includes(row))).toEqual([]);
  });
});
