/** The sweep: removes what a mount issued before a generation, one shard of its leases at a time. */

import { LONGEST_MIGRATION_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Item, PRESENT, type Ref, StoreBusy, type Write } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { irrevocableKey, migrationKey } from '../store/keys.ts';
import { IRREVOCABLE_RECORD } from './irrevocable.ts';
import { isLease, type Lease, REVOCATION_ATTRIBUTES } from './lease.ts';
import { shardPages } from './leaseShards.ts';
import { removeLeases } from './removal.ts';

export interface Sweep {
  mountUuid: string;
  /** Only older generations are removed, so sweeps may be late, repeated or overlapping (architecture §4). */
  below: number;
  shard: number;
  /** The first pages of the shard, where they have been read already. */
  pages?: readonly Item[][];
  /** Epoch milliseconds after which no further page is begun. */
  until: number;
  /** Whether a lease whose removal fails is given up, and stored as irrevocable. */
  lastAttempt: boolean;
  /** Is told after each page how many more leases are revoked. */
  onRevoked?: (count: number) => Promise<void>;
  /** The migration that lists and counts what is given up. Without one, a lease that is given up is deleted. */
  migration?: { id: string; switchedAt: number };
}

export interface Swept {
  /** Whether all of the shard was read, and nothing of older generations is left of it, apart from irrevocable leases. */
  done: boolean;
  revoked: number;
}

type Keeper = Pick<Deps, 'store' | 'clock' | 'settings'>;

const DAMAGED = 'the record of the lease is damaged';

/**
 * Removes what is due in one shard. It may be repeated and interrupted.
 * @throws StoreBusy when the store is busy; otherwise what the removal of a lease failed with, if it may be retried
 */
export async function sweep(
  deps: Pick<Deps, 'store' | 'clock' | 'log' | 'settings'>,
  order: Sweep,
): Promise<Swept> {
  const { store, clock, log } = deps;
  const swept: Swept = { done: false, revoked: 0 };
  if (clock.now() >= order.until) return swept;
  const { mountUuid, shard, pages } = order;
  for await (const page of shardPages(store, mountUuid, shard, REVOCATION_ATTRIBUTES, pages)) {
    const due = page.filter((item) => isDue(item, order));
    const failed = await removeEach(deps, due, order);
    const revoked = due.length - failed;
    swept.revoked += revoked;
    await order.onRevoked?.(revoked);
    if (failed > 0) log.error('leases are irrevocable', { mount: mountUuid, irrevocable: failed });
    if (clock.now() >= order.until) return swept;
  }
  return { ...swept, done: true };
}

/**
 * Whether a lease was issued before a generation; a damaged generation counts as older. A lease that was given up
 * before the switch is not due: an earlier migration lists it. A lease that another migration gives up after the switch
 * is due for this one, too; otherwise this one would report it as revoked.
 */
export function isDue(
  { generation, irrevocable, givenUp = {} }: Item & Pick<Lease, 'givenUp'>,
  { below, migration }: Pick<Sweep, 'below' | 'migration'>,
): boolean {
  if ((generation as number) >= below) return false;
  if (!migration || irrevocable === undefined) return true;
  return Object.entries(givenUp).every(([id, at]) => id !== migration.id && at > migration.switchedAt);
}

/** @returns how many are irrevocable */
async function removeEach(deps: Keeper, items: Item[], order: Sweep): Promise<number> {
  const whole = items.filter(isLease);
  const broken = items.filter((item) => !isLease(item));
  for (const item of broken) await giveUp(deps, item, order, DAMAGED);
  try {
    await removeLeases(deps.store, whole);
    return broken.length;
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    return broken.length + (await removeOneByOne(deps, whole, order));
  }
}

/** @throws what the removal of a lease failed with, if the lease is not given up yet; all others are removed by then */
async function removeOneByOne(deps: Keeper, items: Item[], order: Sweep): Promise<number> {
  let failed = 0;
  let failure: unknown;
  for (const item of items) {
    try {
      await removeLeases(deps.store, [item]);
    } catch (error) {
      if (error instanceof StoreBusy) throw error;
      if (order.lastAttempt || item.irrevocable)
        await giveUp(deps, item, order, `revocation failed: ${(error as Error).name}`);
      else failure = error;
      failed++;
    }
  }
  if (failure) throw failure;
  return failed;
}

/**
 * Stores a lease as irrevocable: its generation keeps it invalid, the migration lists it, and it no longer blocks the
 * sweep. The same transaction gives it up, lists it and counts it, once for each migration. DynamoDB deletes it at the
 * same time as its entry in the list, which outlives the record of the migration: after that nobody would find it.
 */
async function giveUp(
  { store, clock, settings }: Keeper,
  { pk, sk, id, givenUp = {} }: Item & Pick<Lease, 'givenUp'>,
  { migration }: Sweep,
  reason: string,
): Promise<void> {
  const lease: Ref = { table: 'leases', pk, sk };
  if (!migration) return store.deleteMany([lease]);
  const now = clock.now();
  const ttl = Math.ceil(now / 1_000) + settings.retentionS + LONGEST_MIGRATION_S;
  const kept: Write = {
    update: lease,
    set: { irrevocable: reason, givenUp: { ...givenUp, [migration.id]: now }, ttl },
    if: PRESENT,
  };
  const counted: Write = {
    update: migrationKey(migration.id),
    add: { leasesIrrevocable: 1 },
    if: PRESENT,
  };
  const leaseId = typeof id === 'string' ? id : sk;
  const key = irrevocableKey(migration.id, leaseId);
  const entry = IRREVOCABLE_RECORD.at(key, { lease: { pk, sk }, leaseId, reason, at: now }, { ttl });
  await commitUnlessDone(store, [kept, counted, { put: entry, if: ABSENT }]);
}
