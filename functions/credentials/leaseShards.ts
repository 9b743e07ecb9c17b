/** The shards that the leases of a mount are spread over, and how they are read page by page. */

import { LEASE_PAGE, LEASE_SHARDS } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseShard } from '../store/keys.ts';

export const SHARDS: readonly number[] = Array.from({ length: LEASE_SHARDS }, (_, shard) => shard);

/**
 * The leases of one shard, in the order of their paths. A lease that is written meanwhile is missed if its path is
 * before the last one read.
 * @param attributes those that are read of each item, in addition to the key
 * @param known the first pages, where they have been read already
 */
export async function* shardPages(
  store: Pick<Store, 'query'>,
  mountUuid: string,
  shard: number,
  attributes: readonly string[],
  known: readonly Item[][] = [],
): AsyncGenerator<Item[]> {
  yield* known;
  const range = { table: 'leases', pk: leaseShard(mountUuid, shard), limit: LEASE_PAGE, attributes } as const;
  let last = known.at(-1);
  while (last === undefined || last.length === LEASE_PAGE) {
    const after = last?.at(-1)?.sk;
    last = await store.query(after === undefined ? range : { ...range, after });
    yield last;
  }
}
