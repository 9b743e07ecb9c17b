/** Revokes what the mount issued before the switch. Shards run in parallel, and each can be resumed. */

import { countShard } from '../credentials/countLeases.ts';
import { SHARDS } from '../credentials/leaseShards.ts';
import { sweep } from '../credentials/sweep.ts';
import { MAX_COUNT_MS, MAX_REVOKE_ATTEMPTS, OVERDUE_MS, PROGRESS_EVERY_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, StoreBusy } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { counted, isCounted, progressed } from './leaseProgress.ts';
import type { Migration } from './migration.ts';

/** The payload of a revocation step. The workflow passes it back until `done`. It contains no lease. */
export interface Revocation {
  id: string;
  mountUuid: string;
  /** Everything issued before this generation is revoked. */
  below: number;
  /** Epoch milliseconds. */
  switchedAt: number;
  attempt: number;
  /** Shards that may still have older leases. */
  shards: readonly number[];
  /** Whether the leases of the shards are already counted, or need no count. */
  counted: boolean;
  done: boolean;
}

/** The work after a switch: one part for each shard. */
export function revocations(migration: Migration): Revocation[] {
  return SHARDS.map((shard) => revocation(migration, [shard], isCounted(migration, shard)));
}

/** All shards as one part: requests in flight during the revocation can have written only a few leases. */
export function lateWrites(migration: Migration): Revocation {
  return revocation(migration, SHARDS, true);
}

function revocation(
  { id, mountUuid, generation, switchedAt, attempt }: Migration,
  shards: readonly number[],
  counted: boolean,
): Revocation {
  if (generation === undefined || switchedAt === undefined)
    throw new TypeError('the record of a switched migration lacks its generation or the time of its switch');
  return { id, mountUuid, below: generation, switchedAt, attempt, shards, counted, done: false };
}

/**
 * Revokes as much as the time allows.
 * @param until epoch milliseconds after which no further page is read
 * @returns the remaining work
 */
export async function revokeLeases(deps: Deps, part: Revocation, until: number): Promise<Revocation> {
  if (part.counted) await heartbeat(deps, part, until);
  const tally = createTally(deps, part, until);
  const left: number[] = [];
  for (const shard of part.shards) {
    const { id, mountUuid, below, switchedAt, attempt } = part;
    const swept = await sweep(deps, {
      mountUuid,
      below,
      shard,
      pages: part.counted ? [] : await count(deps, part, shard, until),
      until,
      lastAttempt: attempt >= MAX_REVOKE_ATTEMPTS,
      onRevoked: tally.add,
      migration: { id, switchedAt },
    });
    if (!swept.done) left.push(shard);
  }
  await tally.end();
  return { ...part, shards: left, counted: true, done: left.length === 0 };
}

interface Tally {
  add(revoked: number): Promise<void>;
  end(): Promise<void>;
}

/** Writes the number of revoked leases from time to time, and at the end. */
function createTally(deps: Deps, part: Revocation, until: number): Tally {
  let unwritten = 0;
  let writtenAt = deps.clock.now();

  async function write(): Promise<void> {
    if (unwritten === 0) return;
    await heartbeat(deps, part, until, unwritten);
    unwritten = 0;
  }

  return {
    async add(revoked) {
      unwritten += revoked;
      const now = deps.clock.now();
      if (now - writtenAt < PROGRESS_EVERY_MS) return;
      writtenAt = now;
      try {
        await write();
      } catch (error) {
        // All shards write to one record. A number that finds no turn comes with the next one.
        if (!(error instanceof StoreBusy)) throw error;
      }
    },
    end: write,
  };
}

/**
 * The first heartbeat: records how many leases there are, unless they are already counted or take too long to count.
 * @returns the first pages of the shard
 */
async function count(deps: Deps, part: Revocation, shard: number, until: number): Promise<Item[][]> {
  const { id, mountUuid, below, switchedAt } = part;
  const giveUp = Math.min(until, deps.clock.now() + MAX_COUNT_MS);
  const order = { mountUuid, shard, below, migration: { id, switchedAt } };
  const { due, pages } = await countShard(deps, order, giveUp);
  try {
    await deps.store.commit([counted(id, until + OVERDUE_MS, shard, due)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    await heartbeat(deps, part, until);
  }
  return pages;
}

/** The heartbeat: moves the reconciler's next check past the end of this step, and adds the revoked leases. */
async function heartbeat({ store }: Deps, { id }: Revocation, until: number, revoked = 0): Promise<void> {
  // If another execution has ended the migration, nothing has to be written.
  await commitUnlessDone(store, [progressed(id, until + OVERDUE_MS, revoked)]);
}
