/** The shards that the leases of a mount are spread over, and how they are read page by page. */

import { LEASE_PAGE, LEASE_SHARDS } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseShard } from '../store/keys.ts';

export const SHARDS: readonly number[] = Array.from({ length: LEASE_SHARDS }, (_, shard) => shard);

/**
 * The leases of one shard, in the order of their paths. A lease that is written meanwhile is missed if its path is
 * before the last one read.
 * @param attributes those that are read of each item, in addition to the key
 */
export async function* shardPages(
  store: Pick<Store, 'query'>,
  mountUuid: string,
  shard: number,
  attributes: readonly string[],
): AsyncGenerator<Item[]> {
  const range = { table: 'leases', pk: leaseShard(mountUuid, shard), limit: LEASE_PAGE, attributes } as const;
  for (let after: string | undefined; ; ) {
    const page = await store.query(after === undefined ? range : { ...range, after });
    yield page;
    if (page.length < LEASE_PAGE) return;
    after = page.at(-1)?.sk;
  }
}
