/** The leases that a migration could not revoke: lists them, and tries to revoke them again. */

import { IRREVOCABLE_RECORD, type IrrevocableLease } from '../credentials/irrevocable.ts';
import { revokeLeaseItems } from '../credentials/revoke.ts';
import type { Deps } from '../ports/deps.ts';
import { type Key, PRESENT, StoreBusy, type Update } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { IRREVOCABLE_PREFIX, migrationKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { locate } from '../tree/locate.ts';
import { requireUnlocked } from '../tree/namespace.ts';
import { fullPath, type Migration } from './migration.ts';

/** An entry of the list, and its key. */
export type Listed = IrrevocableLease & { key: Key };

/** @param page only entries after a sort key, and at most a number of them */
export async function listIrrevocable(
  { store }: Pick<Deps, 'store'>,
  { id }: Migration,
  page: { after?: string; limit?: number } = {},
): Promise<Listed[]> {
  const items = await store.query({ table: 'migrations', pk: id, prefix: IRREVOCABLE_PREFIX, ...page });
  return items.flatMap((item) => {
    const entry = IRREVOCABLE_RECORD.of(item);
    return entry ? [{ ...entry, key: { pk: item.pk, sk: item.sk } }] : [];
  });
}

export interface Retried {
  revoked: number;
  /** Leases that failed again, or that were not tried before the time was over. */
  left: number;
}

/**
 * Tries to revoke each of them again.
 * @param force whether a lease that fails again is dropped without its engine callback
 * @param until epoch milliseconds after which no further lease is tried
 * @throws VaultError 503 while the namespace of its source or target is locked: what a person asks for waits until it is unlocked
 */
export async function retryIrrevocable(
  deps: Deps,
  migration: Migration,
  force: boolean,
  until: number,
): Promise<Retried> {
  const ends = [migration.source, migration.target];
  const places = await severalAtOnce(ends, (end) => locate(deps.store, fullPath(end)));
  for (const { namespace } of places) requireUnlocked(namespace);
  const listed = await listIrrevocable(deps, migration);
  let revoked = 0;
  for (const entry of listed) {
    if (deps.clock.now() >= until) break;
    if (await isRevoked(deps, entry, force)) {
      await takeOffList(deps, migration, entry);
      revoked++;
    }
  }
  return { revoked, left: listed.length - revoked };
}

async function isRevoked({ store, log }: Deps, { lease, key }: Listed, force: boolean): Promise<boolean> {
  const item = lease && (await store.get({ table: 'leases', ...lease }));
  if (!item) return true;
  try {
    await revokeLeaseItems(store, [item], force);
    return true;
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    log.warn('a lease is still irrevocable', { id: key.pk, error: (error as Error).name });
    return false;
  }
}

/** Removes it from the list and from the count, exactly once. */
async function takeOffList({ store }: Deps, { id }: Migration, { key }: Listed): Promise<void> {
  const counts: Update = {
    update: migrationKey(id),
    add: { leasesIrrevocable: -1, leasesRevoked: 1 },
    if: PRESENT,
  };
  await commitUnlessDone(store, [{ delete: { table: 'migrations', ...key }, if: PRESENT }, counts]);
}
