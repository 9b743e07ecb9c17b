import { describe, expect, it } from 'vitest';
import { besideFiguresOf } from './beside/figures.ts';
import { type BesideSeen, sizesUpTo } from './beside/measure.ts';
import { besideTable } from './report/beside.ts';

const EQUAL = { ours: 100, reference: 100 };

function figuresWith(seen: Partial<BesideSeen>) {
  const kinds = ['kv1', 'kv2', 'lookup', 'post', 'inRow', 'atOnce', 'start'];
  const all = Object.fromEntries(kinds.map((kind) => [kind, EQUAL]));
  const revocation = { leases: 10, perSecond: EQUAL };
  return besideFiguresOf({ ...all, revocation, keys: [], ...seen } as unknown as BesideSeen);
}

describe('a figure beside OpenBao', () => {
  it.each([
    ['kv1', { ours: 30, reference: 2 }, 'the reference, 15 times'],
    ['kv1', { ours: 2, reference: 5 }, 'ours, 2.5 times'],
    ['kv1', { ours: 100, reference: 102 }, 'neither'],
    ['inRow', { ours: 20, reference: 80 }, 'the reference, 4.0 times'],
    ['inRow', { ours: 80, reference: 20 }, 'ours, 4.0 times'],
  ] as const)('of %s says of %j: %s', (kind, both, says) => {
    const figure = figuresWith({ [kind]: both }).find(({ value }) => value === both.ours);
    expect(figure?.from).toBe(says);
  });

  it('stands in the table behind that of the reference', () => {
    const table = besideTable({ figures: figuresWith({ kv1: { ours: 4, reference: 2 } }) } as never);
    expect(table).toContain(
      '| kv v1 read, 8 at once | 2.00 ms | **4.00 ms** | ≤ 5.00 ms | the reference, 2.0 times |',
    );
  });
});

describe('the sizes of moved mounts', () => {
  it.each([
    [1_000, [10, 100, 1_000]],
    [500, [10, 100]],
  ])('up to %i are %j', (most, sizes) => {
    expect(sizesUpTo(most)).toEqual(sizes);
  });
});
