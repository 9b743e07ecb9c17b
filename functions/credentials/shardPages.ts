/** Reads what a mount has issued, one part of its leases at a time. */

import { LEASE_PAGE } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseShard } from '../store/keys.ts';

/**
 * What is removed while it goes on is not seen again, nor are leases that come before the last one seen.
 * @param attributes of the items that are wanted, beside the key
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
