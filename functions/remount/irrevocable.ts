/** The leases that a migration could not revoke: what people see of them, and another try. */

import { revokeLeaseItems } from '../credentials/revoke.ts';
import type { Deps } from '../ports/deps.ts';
import { type Item, type Key, PRESENT, StoreBusy, type Update } from '../ports/store.ts';
import { IRREVOCABLE_PREFIX, migrationKey } from '../store/keys.ts';
import { unlessMade } from '../store/unlessMade.ts';
import type { Migration } from './migration.ts';

export interface Irrevocable {
  key: Key;
  /** Where the lease is stored. */
  lease: Key;
  leaseId: string;
  /** Why it could not be revoked. */
  reason: string;
  /** Epoch milliseconds at which it was given up. */
  at: number;
}

/** @param page only those after this sort key, at most so many */
export async function listIrrevocable(
  { store }: Pick<Deps, 'store'>,
  { id }: Migration,
  page: { after?: string; limit?: number } = {},
): Promise<Irrevocable[]> {
  const items = await store.query({ table: 'migrations', pk: id, prefix: IRREVOCABLE_PREFIX, ...page });
  return items.map(irrevocableOf);
}

function irrevocableOf({ pk, sk, lease, leaseId, reason, at }: Item): Irrevocable {
  return { key: { pk, sk }, lease, leaseId, reason, at } as unknown as Irrevocable;
}

export interface Retried {
  revoked: number;
  /** Those that failed again, or for which there was no time. */
  left: number;
}

/**
 * Tries each of them once more.
 * @param force whether a lease that fails again is dropped all the same
 * @param until epoch milliseconds after which none is begun
 */
export async function retryIrrevocable(
  deps: Deps,
  migration: Migration,
  force: boolean,
  until: number,
): Promise<Retried> {
  const listed = await listIrrevocable(deps, migration);
  let revoked = 0;
  for (const entry of listed) {
    if (deps.clock.now() >= until) break;
    if (await isRevoked(deps, entry, force)) {
      await strike(deps, migration, entry);
      revoked++;
    }
  }
  return { revoked, left: listed.length - revoked };
}

async function isRevoked(
  { store, log }: Deps,
  { lease, key }: Irrevocable,
  force: boolean,
): Promise<boolean> {
  const item = await store.get({ table: 'leases', ...lease });
  if (!item) return true;
  try {
    await revokeLeaseItems(store, [item], force);
    return true;
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    log.warn('a lease is irrevocable still', { id: key.pk, error: (error as Error).name });
    return false;
  }
}

/** Takes it off the list and out of the count, once whoever does it. */
async function strike({ store }: Deps, { id }: Migration, { key }: Irrevocable): Promise<void> {
  const counts: Update = {
    update: migrationKey(id),
    add: { leasesIrrevocable: -1, leasesRevoked: 1 },
    if: PRESENT,
  };
  await unlessMade(store, [{ delete: { table: 'migrations', ...key }, if: PRESENT }, counts]);
}
