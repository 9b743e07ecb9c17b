/** What a dry run of many moves says beyond the plan when a cluster makes them. */

import { MAX_COUNT_MS } from '../limits.ts';
import { ClusterForbids } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { crossesNamespaces } from '../remount/planMove.ts';
import { countOnCluster, remarksOn } from '../remount/previewOnCluster.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { PackedMove, Plan } from './plan.ts';

interface RunPreview {
  /** By row; without the rows whose leases could not be counted. */
  leases: Map<number, number>;
  /** Each once, however many mounts it is about. */
  remarks: string[];
}

/**
 * Counts leases for a few seconds, in the order of the rows; the rest is not counted.
 * @returns nothing for mounts of this service
 */
export async function previewRun(
  deps: Pick<Deps, 'cluster' | 'clock'>,
  { chunks }: Plan,
): Promise<RunPreview | undefined> {
  if (!deps.cluster) return undefined;
  const moves = chunks.flat().sort((a, b) => a.row - b.row);
  const until = deps.clock.now() + MAX_COUNT_MS;
  const counted = await severalAtOnce(
    moves,
    async (move) => [move.row, await leasesOf(deps, move, until)] as const,
  );
  return {
    leases: new Map(counted.flatMap(([row, leases]) => (leases === undefined ? [] : [[row, leases]]))),
    remarks: [...new Set(moves.flatMap((move) => remarksOn(move.mount, crossesNamespaces(move))))],
  };
}

async function leasesOf(
  { cluster, clock }: Pick<Deps, 'cluster' | 'clock'>,
  move: PackedMove,
  until: number,
): Promise<number | undefined> {
  if (!cluster || clock.now() >= until) return undefined;
  try {
    const { total, isComplete } = await countOnCluster(cluster, clock, move, until);
    return isComplete ? total : undefined;
  } catch (error) {
    if (error instanceof ClusterForbids) return undefined;
    throw error;
  }
}
