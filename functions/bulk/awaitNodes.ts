/**
 * Every node of a cluster must have seen the moves of a run, as for a single move. The rows do not wait for that: the run
 * does it once, after its last move.
 */

import { isAnyMoving } from '../cluster/propagate.ts';
import { CLUSTER_PATIENCE_MS, MAX_STEP_DOWNS } from '../limits.ts';
import {
  type Cluster,
  ClusterForbids,
  type ClusterNode,
  type ClusterReads,
  ClusterUnavailable,
  type MountEntry,
} from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import type { ClusterOptions, NodeState } from '../remount/onCluster.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type BulkRun, nodesSeen, steppedDown } from './bulkRun.ts';
import { type RunState, readRunRows } from './readRun.ts';
import type { KeptRow } from './rowRecord.ts';

/**
 * Asks every node, and makes the active one step down if the run may do that.
 * @returns `waits` while a node is stale or cannot be asked, `late` when that has lasted for too long
 */
export async function awaitNodes(
  deps: Deps,
  { run, counts }: RunState,
  options: ClusterOptions,
): Promise<'seen' | 'waits' | 'late'> {
  const { cluster } = deps;
  if (!cluster) throw new Error('the deployment has no cluster');
  // Policies lose the rules for the old paths next, which clients of a stale node need.
  const mayLeaveEarly = run.cancelledAt !== undefined && !run.policies;
  if (counts.succeeded === 0 || mayLeaveEarly) return 'seen';
  const nodes = await nodesOf(cluster, await readRunRows(deps.store, run.id));
  const isSeen = nodes !== undefined && !nodes.some(({ state }) => state === 'stale');
  const now = deps.clock.now();
  const staleAt = run.staleAt ?? (isSeen ? undefined : now);
  await commitUnlessDone(deps.store, [nodesSeen(run.id, nodes ?? run.nodes ?? [], staleAt)]);
  if (!isSeen) deps.log.error('nodes are stale', { id: run.id, nodes });
  if (isSeen || options.staleNodes === 'report') return 'seen';
  if (now - (staleAt ?? now) > CLUSTER_PATIENCE_MS) return 'late';
  if (nodes && options.refreshNodes) await stepDown(deps, cluster, run);
  return 'waits';
}

/** A change of the leader would disturb a move that is under way. */
async function stepDown(deps: Deps, cluster: Cluster, run: BulkRun): Promise<void> {
  const { id, stepDowns = 0 } = run;
  if (stepDowns >= MAX_STEP_DOWNS || (await isAnyMoving(deps))) return;
  await commitUnlessDone(deps.store, [steppedDown(run)]);
  try {
    const outcome = await cluster.stepDown();
    if (!outcome.done) deps.log.warn('the active node did not step down', { id, why: outcome.why });
  } catch (error) {
    // Whether it did or not, the next look at the nodes tells.
    if (!(error instanceof ClusterUnavailable || error instanceof ClusterForbids)) throw error;
    deps.log.warn('the active node did not step down', { id, why: error.message });
  }
}

/** @returns nothing if the cluster cannot be asked now */
async function nodesOf(cluster: ClusterReads, rows: KeptRow[]): Promise<NodeState[] | undefined> {
  const ends = Map.groupBy(
    rows.flatMap(({ source, target }) => [source, target]),
    ({ namespacePath }) => namespacePath,
  );
  const paths = new Map([...ends].map(([namespace, places]) => [namespace, places.map(({ path }) => path)]));
  try {
    const nodes = await cluster.nodes();
    const active = await mountsAt(cluster, paths);
    return await Promise.all(
      nodes.map(async (node): Promise<NodeState> => {
        return { address: node.address, state: await stateOf(cluster, node, paths, active) };
      }),
    );
  } catch (error) {
    if (error instanceof ClusterUnavailable || error instanceof ClusterForbids) return undefined;
    throw error;
  }
}

async function stateOf(
  cluster: ClusterReads,
  node: ClusterNode,
  paths: Map<string, string[]>,
  active: string[],
): Promise<NodeState['state']> {
  if (node.isActive) return 'current';
  try {
    const shown = await mountsAt(cluster, paths, node);
    return shown.every((accessor, i) => accessor === active[i]) ? 'current' : 'stale';
  } catch (error) {
    if (error instanceof ClusterUnavailable) return 'unreachable';
    throw error;
  }
}

/**
 * @param paths by namespace
 * @returns the accessor of the mount at each path; empty where there is none
 */
async function mountsAt(
  cluster: ClusterReads,
  paths: Map<string, string[]>,
  node?: ClusterNode,
): Promise<string[]> {
  const found = await severalAtOnce([...paths], async ([namespace, own]) => {
    const mounts: Map<string, MountEntry> = await cluster.mounts(namespace, node);
    return own.map((path) => mounts.get(path)?.accessor ?? '');
  });
  return found.flat();
}
