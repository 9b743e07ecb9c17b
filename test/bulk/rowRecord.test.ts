/** The items of a run's rows. */

import { expect, it } from 'vitest';
import type { PackedMove } from '../../functions/bulk/plan.ts';
import { rowItems, rowPageOf } from '../../functions/bulk/rowRecord.ts';
import { BULK_BYTES_PER_ITEM, BULK_ROWS_PER_ITEM } from '../../functions/limits.ts';

/** A move between namespaces and paths as long as they may be; JSON has two bytes for each of their quotes. */
function move(row: number, length: number): PackedMove {
  const end = (side: string) => ({
    namespace: {
      id: `${side}${row}`,
      path: `${'"'.repeat(length)}${row}/`,
      lineage: ['root', `${side}${row}`],
    },
    path: `${'"'.repeat(length)}${side}${row}/`,
  });
  const mount = { uuid: `uuid-${row}` };
  return { row, group: row, knot: 0, chunk: 0, mount, source: end('a'), target: end('b') } as PackedMove;
}

const moves = (length: number) => Array.from({ length: 250 }, (_, row) => move(row, length));

it.each([5, 500])(
  'no item has more than BULK_BYTES_PER_ITEM, and none is lost, with paths of %i bytes',
  (length) => {
    const pages = rowItems('run', moves(length), 1).map(({ put }) => put);
    expect(Math.max(...pages.map(({ content }) => Buffer.byteLength(content as string)))).toBeLessThan(
      BULK_BYTES_PER_ITEM + 1_000,
    );
    const read = pages.map(rowPageOf);
    expect(read.flatMap(({ rows }) => rows.map(({ row }) => row))).toEqual(moves(5).map(({ row }) => row));
    let first = 0;
    for (const page of read) {
      expect(page.first).toBe(first);
      expect(page.rows.length).toBeLessThanOrEqual(BULK_ROWS_PER_ITEM);
      first += page.rows.length;
    }
    expect(read[0]?.rows.length === BULK_ROWS_PER_ITEM).toBe(length === 5);
  },
);
