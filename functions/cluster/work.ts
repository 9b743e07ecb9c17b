/** What every step of a migration on a cluster has at hand, and how it writes that the migration has ended. */

import type { Cluster } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Update } from '../ports/store.ts';
import type { OnCluster } from '../remount/onCluster.ts';
import { type Hold, HoldLost } from './hold.ts';
import type { ClusterMigration } from './transitions.ts';

export type StepDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'log'> & { cluster: Cluster };

export interface Work {
  deps: StepDeps;
  hold: Hold;
  /** Epoch milliseconds after which no long work is begun. */
  until: number;
}

/** Milliseconds until the next piece of work; 0 for at once. */
export type Pause = number;

/** The migration has a terminal status: no step has anything left to do. */
export const ENDED = 'ended';

/** @param update the transition to the terminal status */
export async function end({ deps, hold }: Work, update: Update): Promise<typeof ENDED> {
  hold.check();
  try {
    await deps.store.commit([update]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new HoldLost('another step works on the migration, or it has ended', { cause: error });
  }
  const { id } = hold.migration;
  const { status, error } = update.set as Pick<ClusterMigration, 'status' | 'error'>;
  deps.log.info('a migration on the cluster has ended', { id, status, ...(error && { code: error.code }) });
  return ENDED;
}

/** Changes what the record has of the cluster; a field that is given as undefined is removed. */
export function withCluster(
  { cluster }: ClusterMigration,
  changes: { [Name in keyof OnCluster]?: OnCluster[Name] | undefined },
): { cluster: OnCluster } {
  const merged = Object.entries({ ...cluster, ...changes }).filter(([, value]) => value !== undefined);
  return { cluster: Object.fromEntries(merged) as unknown as OnCluster };
}

/** A pause that grows with the time that has passed. All numbers are milliseconds. */
export function growing(since: number, now: number, first: number, longest: number): Pause {
  return Math.min(longest, Math.max(first, (now - since) / 4));
}
