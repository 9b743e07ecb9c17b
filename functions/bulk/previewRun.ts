/** What a dry run of many moves says beyond the plan: what becomes of aliases, and what is different on a cluster. */

import { MAX_COUNT_MS } from '../limits.ts';
import { ClusterForbids } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import type { PlannedAlias } from '../remount/answers.ts';
import { crossesNamespaces } from '../remount/planMove.ts';
import { homesOfAliases, plannedAliases } from '../remount/plannedAliases.ts';
import { countOnCluster, remarksOn } from '../remount/previewOnCluster.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { PackedMove, Plan } from './plan.ts';

export interface RunPreview {
  /** By row; without the rows whose mounts have none. */
  aliases: Map<number, PlannedAlias[]>;
  /** Absent for mounts of this service. */
  onCluster?: ClusterPreview;
}

interface ClusterPreview {
  /** By row; without the rows whose leases could not be counted. */
  leases: Map<number, number>;
  /** Each once, however many mounts it is about. */
  remarks: string[];
}

/** @param namespace that of the request */
export async function previewRun(
  deps: Pick<Deps, 'store' | 'cluster' | 'clock'>,
  { chunks }: Plan,
  namespace: Namespace,
): Promise<RunPreview> {
  const moves = chunks.flat().sort((a, b) => a.row - b.row);
  const [homes, onCluster] = await Promise.all([
    homesOfAliases(deps.store, moves, namespace),
    previewOnCluster(deps, moves),
  ]);
  const now = deps.clock.now();
  const aliases = moves.map((move) => [move.row, plannedAliases(move, homes, now)] as const);
  return {
    aliases: new Map(aliases.filter(([, own]) => own.length > 0)),
    ...(onCluster && { onCluster }),
  };
}

/**
 * Counts leases for a few seconds, in the order of the rows; the rest is not counted.
 * @returns nothing for mounts of this service
 */
async function previewOnCluster(
  deps: Pick<Deps, 'cluster' | 'clock'>,
  moves: readonly PackedMove[],
): Promise<ClusterPreview | undefined> {
  if (!deps.cluster) return undefined;
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
