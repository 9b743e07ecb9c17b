/** Physical revocation: removes what a mount issued before a generation, one part of its leases at a time. */

import { LONGEST_MIGRATION_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Item, PRESENT, type Ref, StoreBusy, type Write } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { irrevocableKey, migrationKey } from '../store/keys.ts';
import { IRREVOCABLE } from './irrevocable.ts';
import { isLease, type Lease, REVOCATION_ATTRIBUTES } from './lease.ts';
import { removeLeases } from './removeLeases.ts';
import { shardPages } from './shardPages.ts';

export interface Sweep {
  mountUuid: string;
  /** Only what carries an older generation is removed, so late, repeated and overlapping sweeps commute (architecture §4). */
  below: number;
  shard: number;
  /** Epoch milliseconds after which no further page is begun. */
  until: number;
  /** Whether a lease that fails is given up, and kept as irrevocable. */
  lastAttempt: boolean;
  /** Who lists and counts what is given up; without, nobody would ever ask for it, and it is dropped. */
  migration?: { id: string; switchedAt: number };
}

export interface Swept {
  /** Whether the part was found empty of older generations, but for the irrevocable. */
  done: boolean;
  revoked: number;
}

type Keeper = Pick<Deps, 'store' | 'clock' | 'settings'>;

const DAMAGED = 'the record of the lease is damaged';

export async function sweep(
  deps: Pick<Deps, 'store' | 'clock' | 'log' | 'settings'>,
  order: Sweep,
): Promise<Swept> {
  const { store, clock, log } = deps;
  const swept: Swept = { done: false, revoked: 0 };
  if (clock.now() >= order.until) return swept;
  for await (const page of shardPages(store, order.mountUuid, order.shard, REVOCATION_ATTRIBUTES)) {
    const due = page.filter((item) => isDue(item, order));
    const failed = await removeEach(deps, due, order);
    swept.revoked += due.length - failed;
    if (failed > 0) log.error('leases are irrevocable', { mount: order.mountUuid, irrevocable: failed });
    if (clock.now() >= order.until) return swept;
  }
  return { ...swept, done: true };
}

/**
 * Whether a lease was issued before a generation, as one was whose generation is damaged. One that was given up before
 * the switch is left to those who list it. What another migration gives up after the switch counts for this one, too, or
 * it would tell that it was revoked.
 */
export function isDue(
  { generation, irrevocable, givenUp = {} }: Item & Pick<Lease, 'givenUp'>,
  { below, migration }: Pick<Sweep, 'below' | 'migration'>,
): boolean {
  if ((generation as number) >= below) return false;
  if (!migration || irrevocable === undefined) return true;
  return Object.entries(givenUp).every(([id, at]) => id !== migration.id && at > migration.switchedAt);
}

/** @returns how many turned out irrevocable */
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

/** @throws what a lease failed with that is not given up yet, when all the others are gone */
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
 * Keeps a lease as irrevocable: unusable by its generation, listed for people, no longer in anyone's way. It is listed
 * and counted with the very write that gives it up, once for each migration, whoever does it. It goes with the list,
 * which outlives the record of the migration: nobody would find it afterwards.
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
  const entry = IRREVOCABLE.at(key, { lease: { pk, sk }, leaseId, reason, at: now }, { ttl });
  await commitUnlessDone(store, [kept, counted, { put: entry, if: ABSENT }]);
}
