/** The leases that a migration could not revoke: lists them, and tries to revoke them again. */

import { IRREVOCABLE_RECORD, type IrrevocableLease } from '../credentials/irrevocable.ts';
import { revokeLeaseItems } from '../credentials/revoke.ts';
import type { Acl } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import { type Item, type Key, PRESENT, type Range, StoreBusy, type Update } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { IRREVOCABLE_PREFIX, migrationKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { locate } from '../tree/locate.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import { leasesOutside } from './errors.ts';
import { issuersWithin } from './issuersWithin.ts';
import { mayKnowLease } from './leaseRights.ts';
import { fullPath, type Migration } from './migration.ts';

/** An entry of the list, and its key. */
type Listed = IrrevocableLease & { key: Key };

/** The leases that may be told, and how many there are between them that may not. */
export interface ToldLeases {
  told: Listed[];
  hidden: number;
}

/**
 * Lists what a token may list where it was issued; nothing of a locked namespace.
 * @param namespace that of the request: what was issued outside of it is not told (R10)
 * @param page only entries after a sort key, and at most a number of them
 */
export async function listIrrevocable(
  deps: Pick<Deps, 'store'>,
  migration: Migration,
  { namespace, acl }: { namespace: Namespace; acl: Acl },
  { after, limit = Number.POSITIVE_INFINITY }: { after?: string; limit?: number },
): Promise<ToldLeases> {
  const told: Listed[] = [];
  let hidden = 0;
  const range = { ...rangeOf(migration), ...(after !== undefined && { after }) };
  for await (const items of deps.store.pages(range)) {
    const entries = listedIn(items);
    const issuers = await issuersWithin(deps, migration, entries, namespace);
    for (const [i, entry] of entries.entries()) {
      const issuer = issuers[i];
      const isOpen = issuer && !issuer.isLocked;
      if (isOpen && mayKnowLease(acl, issuer.namespacePath, entry.leaseId)) told.push(entry);
      else hidden++;
      if (told.length === limit) return { told, hidden };
    }
  }
  return { told, hidden };
}

function rangeOf({ id }: Migration): Range {
  return { table: 'migrations', pk: id, prefix: IRREVOCABLE_PREFIX };
}

function listedIn(items: Item[]): Listed[] {
  return items.flatMap((item) => {
    const entry = IRREVOCABLE_RECORD.of(item);
    return entry ? [{ ...entry, key: { pk: item.pk, sk: item.sk } }] : [];
  });
}

export interface Retried {
  revoked: number;
  /** Leases that failed again, that were issued outside the namespace, or that were not tried before the time was over. */
  left: number;
}

/**
 * Tries to revoke each of them again that was issued in a namespace or below it: the leases of others are not ended from there.
 * @param within the namespace of the request
 * @param force whether a lease that fails again is dropped without its engine callback
 * @param until epoch milliseconds after which no further lease is tried
 * @throws VaultError 503 while the namespace of its source or target is locked: what a person asks for waits until it is unlocked;
 *   400 when all of them were issued outside the namespace of the request
 */
export async function retryIrrevocable(
  deps: Deps,
  migration: Migration,
  within: Namespace,
  force: boolean,
  until: number,
): Promise<Retried> {
  const ends = [migration.source, migration.target];
  const places = await severalAtOnce(ends, (end) => locate(deps.store, fullPath(end)));
  for (const { namespace } of places) requireUnlocked(namespace);
  const listed = listedIn(await deps.store.query(rangeOf(migration)));
  const issuers = await issuersWithin(deps, migration, listed, within);
  const own = listed.filter((_, i) => issuers[i] !== undefined);
  if (listed.length > 0 && own.length === 0) throw leasesOutside();
  let revoked = 0;
  for (const entry of own) {
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
