/** Revokes leases because someone asks for it: one by its id, or all that begin with a path (contract §7). */

import { REVOKE_BATCH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { type Item, type Store, StoreBusy } from '../ports/store.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type Lease, leaseOf } from './lease.ts';
import { revocationFailed } from './leaseErrors.ts';
import { type LeaseRange, leasePages, leaseRanges } from './leaseRanges.ts';
import { removeLeases } from './removeLeases.ts';
import { markRevoked } from './revokeToken.ts';
import { SHARDS } from './shards.ts';

export interface BulkRevocation {
  namespace: Namespace;
  /** Ends in a slash. */
  path: string;
  /** Whether a lease that cannot be revoked is dropped; otherwise it ends the revocation. */
  force: boolean;
  /** Epoch milliseconds after which no further leases are begun. */
  until: number;
}

/**
 * Everything a revocation takes back is unusable before anything is removed: tokens by their mark; of secrets, what
 * is owned goes first. The leases themselves go last, so that an interrupted revocation is finished by the next.
 * @throws VaultError 400 that names the first lease whose record is damaged, when all others are revoked
 */
export async function revokeLeases(store: Store, items: Item[], force = false): Promise<void> {
  const whole = items.filter((item) => leaseIn(item) !== undefined);
  const tokens = whole.map(leaseOf).filter(({ kind }) => kind === 'token');
  await severalAtOnce(tokens, ({ tokenHash }) => markRevoked(store, tokenHash));
  const broken = items.filter((item) => !whole.includes(item));
  if (force) {
    const dropped = [...broken, ...(await removeEach(store, whole))];
    return store.deleteMany(dropped.map(({ pk, sk }) => ({ table: 'leases', pk, sk })));
  }
  await removeLeases(store, whole);
  const [damaged] = broken;
  if (damaged) throw revocationFailed(nameOf(damaged), items.indexOf(damaged) + 1, items.length);
}

/** @returns those whose removal fails, when all the others are gone */
async function removeEach(store: Store, leases: Item[]): Promise<Item[]> {
  try {
    await removeLeases(store, leases);
    return [];
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    if (leases.length === 1) return leases;
    const failed: Item[] = [];
    for (const lease of leases) failed.push(...(await removeEach(store, [lease])));
    return failed;
  }
}

/** @returns whether all of them are revoked; there was no time for the rest otherwise */
export async function revokeUnder({ store, clock }: Deps, order: BulkRevocation): Promise<boolean> {
  const ranges = await leaseRanges(store, order.namespace, order.path);
  let done = true;
  const revokeShard = async (range: LeaseRange, shard: number): Promise<void> => {
    for await (const page of leasePages(store, range, shard)) {
      for (let i = 0; i < page.length; i += REVOKE_BATCH) {
        done &&= clock.now() < order.until;
        if (!done) return;
        await revokeLeases(store, page.slice(i, i + REVOKE_BATCH), order.force);
      }
    }
  };
  for (const range of ranges) {
    if (done) await severalAtOnce(SHARDS, (shard) => revokeShard(range, shard));
  }
  return done;
}

function leaseIn(item: Item): Lease | undefined {
  try {
    return leaseOf(item);
  } catch {
    return undefined;
  }
}

function nameOf({ id, sk }: Item): string {
  return typeof id === 'string' ? id : sk;
}
