/** How much is read for rules, and when that ends. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expandRules } from '../../functions/bulk/expandRules.ts';
import { MAX_BULK_MOVES, MAX_PREFIX_READS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
  for (let i = 0; i < 20; i++) await placeMount(deps, `team/m${i}/`);
});
afterAll(() => deps.stop());

/** What rules make of the mounts, and how often mounts are read for them. */
async function expanded(rules: { from: string; to: string }[]) {
  let listings = 0;
  const store: Store = {
    ...deps.store,
    pages(range) {
      listings += 1;
      return deps.store.pages(range);
    },
  };
  const moves = await expandRules({ ...deps, store }, rules, ROOT, true).catch((error) => `${error}`);
  return { moves, listings };
}

const rules = (count: number, from: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    from: from(i),
    to: from(i).replace(/\w*$|\w*(?=\*)/, `new${i}-`),
  }));

/** Two reads have to agree. */
const READS = 2;

describe('rules', () => {
  it('read mounts once, even if all of them match the same', async () => {
    const { moves, listings } = await expanded(rules(100, () => 'team/*'));
    expect(moves).toHaveLength(2_000);
    expect(listings).toBe(READS);
  });

  it('read once what one of them reads for others, too', async () => {
    const nested = ['team/*', 'team/m1*', 'team/m12', 'other/*'];
    const { moves, listings } = await expanded(rules(nested.length, (i) => nested[i] as string));
    expect(moves).toHaveLength(20 + 11 + 1);
    expect(listings).toBe(2 * READS);
  });

  it('read all mounts of a namespace if they begin with many prefixes', async () => {
    const prefixes = (count: number) =>
      rules(count, (i) => `team/m${i}`).map((rule) => ({ ...rule, to: `${rule.from}/new` }));
    const some = await expanded(prefixes(MAX_PREFIX_READS));
    const many = await expanded(prefixes(MAX_PREFIX_READS + 1));
    expect(some.listings).toBe(MAX_PREFIX_READS * READS);
    expect(many).toEqual({ moves: some.moves, listings: READS });
  });

  it('are refused as soon as all of them together match more than a run may move', async () => {
    const { moves, listings } = await expanded(rules(MAX_BULK_MOVES, () => '*'));
    expect(moves).toContain('a bulk run has at most 10000 moves');
    expect(listings).toBe(1);
  });

  it('make the moves in their own order, and then in that of the paths', async () => {
    const { moves } = await expanded([
      { from: 'team/m19', to: 'x' },
      { from: 'team/+', to: 'y/+' },
    ]);
    expect(moves.slice(0, 3)).toEqual([
      { from: 'team/m19/', to: 'x' },
      { from: 'team/m0/', to: 'y/m0' },
      { from: 'team/m1/', to: 'y/m1' },
    ]);
  });
});
