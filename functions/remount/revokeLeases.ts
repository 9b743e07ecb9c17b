/** The revocation of what the mount issued before the switch: over its shards in parallel, each resumable. */

import { countShard } from '../credentials/countLeases.ts';
import { SHARDS } from '../credentials/leaseShards.ts';
import { sweep } from '../credentials/sweep.ts';
import { MAX_COUNT_MS, MAX_REVOKE_ATTEMPTS, OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { unlessMade } from '../store/unlessMade.ts';
import { counted, isCounted, type Migration, progressed } from './migration.ts';

/** One part of the work: what the workflow hands to the step, and gets back until nothing is left. No lease in it. */
export interface Revocation {
  id: string;
  mountUuid: string;
  /** Everything issued before this generation goes. */
  below: number;
  /** Epoch milliseconds. */
  switchedAt: number;
  attempt: number;
  /** Shards not yet found empty. */
  shards: readonly number[];
  /** Whether what lies in them is counted, or nobody wants to know. */
  counted: boolean;
  done: boolean;
}

/** The work after a switch, a part for each shard. */
export function revocations(migration: Migration): Revocation[] {
  return SHARDS.map((shard) => revocation(migration, [shard], isCounted(migration, shard)));
}

/** All shards as one part: what a request in flight may have written behind the sweep is little. */
export function stragglers(migration: Migration): Revocation {
  return revocation(migration, SHARDS, true);
}

function revocation(
  { id, mountUuid, generation, switchedAt, attempt }: Migration,
  shards: readonly number[],
  counted: boolean,
): Revocation {
  if (generation === undefined || switchedAt === undefined)
    throw new TypeError('the record of a switched migration does not tell of its switch');
  return { id, mountUuid, below: generation, switchedAt, attempt, shards, counted, done: false };
}

/**
 * Does as much as fits the time.
 * @param until epoch milliseconds after which no further page is begun
 * @returns what is left
 */
export async function revokeLeases(deps: Deps, part: Revocation, until: number): Promise<Revocation> {
  if (part.counted) await tell(deps, part, until);
  else await count(deps, part, until);
  let revoked = 0;
  const left: number[] = [];
  for (const shard of part.shards) {
    const { id, mountUuid, below, switchedAt, attempt } = part;
    const swept = await sweep(deps, {
      mountUuid,
      below,
      shard,
      until,
      lastAttempt: attempt >= MAX_REVOKE_ATTEMPTS,
      migration: { id, switchedAt },
    });
    revoked += swept.revoked;
    if (!swept.done) left.push(shard);
  }
  if (revoked > 0) await tell(deps, part, until, revoked);
  return { ...part, shards: left, counted: true, done: left.length === 0 };
}

/** The first sign of life: how much there is to revoke, unless it takes long to count, or was counted before. */
async function count(deps: Deps, part: Revocation, until: number): Promise<void> {
  const { id, mountUuid, below, switchedAt, shards } = part;
  const migration = { id, switchedAt };
  const giveUp = Math.min(until, deps.clock.now() + MAX_COUNT_MS);
  for (const shard of shards) {
    const leases = await countShard(deps, { mountUuid, shard, below, migration }, giveUp);
    try {
      await deps.store.commit([counted(id, until + OVERDUE_MS, shard, leases)]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      await tell(deps, part, until);
    }
  }
}

/** Moves the reconciler's next look behind the time this step may take, and counts what was done. */
async function tell({ store }: Deps, { id }: Revocation, until: number, revoked = 0): Promise<void> {
  // If another execution of the same migration has ended it, there is nothing to tell.
  await unlessMade(store, [progressed(id, until + OVERDUE_MS, revoked)]);
}
