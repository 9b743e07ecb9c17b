/** That every case of contract §12 is somewhere in this folder: tests carry its number in brackets in their name. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROWS = Array.from({ length: 60 }, (_, i) => i + 1);

/** The cases that no request to a running service can show. */
const ELSEWHERE = new Map<number, string>([
  ...[33, 34, 35].map(
    (row) => [row, 'namespaces with a seal of their own: nothing here is ever sealed'] as const,
  ),
  [54, 'a failing rollback of a backend: there is no rollback, since nothing is ever half done'],
  ...[57, 60].map(
    (row) => [row, 'the command line without a server: the rest of it is in clients.test.ts'] as const,
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
  it('each have a test, or a reason for having none here', async () => {
    const tested = await rowsInNames();
    expect(ROWS.filter((row) => !tested.has(row) && !ELSEWHERE.has(row))).toEqual([]);
  });

  it('that are said to be elsewhere are not here', async () => {
    const tested = await rowsInNames();
    expect([...ELSEWHERE.keys()].filter((row) => tested.has(row))).toEqual([]);
    expect([...tested].filter((row) => !ROWS.includes(row))).toEqual([]);
  });
});
