/** Removes leases of secrets with all that ends with them. */

import { childKey } from '../ports/keys.ts';
import type { Item, Ref, Store } from '../ports/store.ts';
import { childName, leaseChild } from '../tokens/child.ts';
import { leaseOf } from './lease.ts';

/**
 * What the leases own goes first, the leases themselves last, so that an interrupted removal is found and finished by
 * the next.
 * @param items items of the `leases` table
 * @throws TypeError when one of them is no lease; the others are untouched
 */
export async function removeSecrets(store: Store, items: Item[]): Promise<void> {
  const leases = items.map(leaseOf);
  const owned = leases.flatMap(({ owns }) => owns);
  const held = leases.map((lease) => childKey(lease.tokenHash, childName(leaseChild(lease))));
  await store.deleteMany([...owned, ...held]);
  await store.deleteMany(items.map(({ pk, sk }): Ref => ({ table: 'leases', pk, sk })));
}
