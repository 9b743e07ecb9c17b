/** Removes leases of secrets with all that ends with them. */

import type { Item, Ref, Store } from '../ports/store.ts';
import { childKey } from '../store/keys.ts';
import { childName, leaseChild } from './child.ts';
import { endingOf } from './lease.ts';

/**
 * What led to something that is removed: the place it is listed at itself, as a lease is under its mount, or the index
 * of the token it hangs on. That goes last, or an interrupted removal would not be found again.
 */
export type FoundBy = 'place' | 'holder';

/**
 * What the leases own goes first, the leases themselves last. If they were found by their holders, the entries in
 * the index are left for whoever found them there to remove afterwards.
 * @param items items of the `leases` table
 * @throws TypeError when one of them is no lease; the others are untouched
 */
export async function removeSecrets(store: Store, items: Item[], foundBy: FoundBy = 'place'): Promise<void> {
  const endings = items.map(endingOf);
  const owned = endings.flatMap(({ owns }) => owns);
  const entries = endings.map((lease) => childKey(lease.tokenHash, childName(leaseChild(lease))));
  await store.deleteMany(foundBy === 'place' ? [...owned, ...entries] : owned);
  await store.deleteMany(items.map(({ pk, sk }): Ref => ({ table: 'leases', pk, sk })));
}
