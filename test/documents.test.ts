/** The documents are for readers in a hurry: each says first for whom it is, and its tables fit a screen. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '..', 'docs');

const MAX_COLUMNS = 4;
/** Characters of a cell, without what links lead to: two or three lines of a column. */
const MAX_CELL = 200;

/** Documents for developers and lists of facts, which are looked up and not read. */
const LOOKED_UP = ['architecture.md', 'contract.md', 'decisions.md', 'differences.md', 'reference.md'];
/** A table of rights: one column for each table of the store. */
const RIGHTS = '| function | mounts | access |';
/** What a role may do is one fact. */
const STOLEN_ROLE = '| remount | write any record of migrations';

let pages: [name: string, text: string][];
beforeAll(async () => {
  const names = (await readdir(DOCS)).filter((name) => name.endsWith('.md'));
  pages = await Promise.all(
    names.map(
      async (name): Promise<(typeof pages)[number]> => [name, await readFile(join(DOCS, name), 'utf8')],
    ),
  );
});

/** The tables of a page, as their rows; without the figures that the bench writes, which are looked up. */
function tablesOf(text: string): string[][] {
  const prose = text.replace(/^```.*?^```|<!-- bench: .*?<!-- \/bench -->/gms, '');
  return (prose.match(/(?:^\|.*\n)+/gm) ?? []).map((table) => table.trimEnd().split('\n'));
}

function cellsOf(row: string): string[] {
  const shown = row.replace(/\]\([^)]*\)/g, ']');
  return shown.split(/(?<!\\)\|/).slice(1, -1);
}

describe('a page of the documentation', () => {
  it('says first for whom it is', () => {
    const silent = pages.filter(([, text]) => !/^# .+\n\nFor /.test(text));

    expect(silent.map(([name]) => name)).toEqual([]);
    expect(pages.length).toBeGreaterThan(12);
  });

  it('has tables that fit a screen, unless it is looked up', () => {
    const rows = pages
      .filter(([name]) => !LOOKED_UP.includes(name))
      .flatMap(([name, text]) =>
        tablesOf(text)
          .filter(([head]) => !head?.startsWith(RIGHTS))
          .flat()
          .map((row) => ({ name, row })),
      );
    const wide = rows.filter(({ row }) => cellsOf(row).length > MAX_COLUMNS);
    const long = rows.filter(
      ({ row }) => !row.startsWith(STOLEN_ROLE) && cellsOf(row).some((cell) => cell.length > MAX_CELL),
    );

    expect(wide).toEqual([]);
    expect(long).toEqual([]);
    expect(rows.length).toBeGreaterThan(200);
  });
});
