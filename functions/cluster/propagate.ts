/** Every node of the cluster must have seen the move: a standby that has not goes on serving the old path for good. */

import { CLUSTER_PATIENCE_MS, MAX_STEP_DOWNS, MAX_TAINTED_PAUSE_MS, STEP_DOWN_PAUSE_MS } from '../limits.ts';
import { type ClusterNode, type ClusterReads, ClusterUnavailable } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { type Migration, migrationOf } from '../remount/migration.ts';
import type { NodeState } from '../remount/onCluster.ts';
import { openShards } from '../store/keys.ts';
import { fail, succeed, succeedAsItIs } from './end.ts';
import { nodesStale } from './failures.ts';
import { entriesAt } from './look.ts';
import { type ClusterMigration, isOnCluster } from './transitions.ts';
import { type ENDED, growing, type Pause, type Work, withCluster } from './work.ts';

export async function propagate(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const nodes = await statesOf(work);
  // If even the active node does not have it there, somebody has moved it on, which the record says already.
  if (nodes.some(({ isActive, state }) => isActive && state === 'stale'))
    return succeedAsItIs(work, 'somebody has moved the mount on');
  const isStale = nodes.some(({ state }) => state === 'stale');
  const now = deps.clock.now();
  const { staleAt = isStale ? now : undefined, cluster } = hold.migration;
  await hold.write((before) => ({
    ...(staleAt !== undefined && { staleAt }),
    ...withCluster(before, { nodes: nodes.map(({ address, state }) => ({ address, state })) }),
  }));
  if (isStale) deps.log.error('nodes are stale', { id: hold.migration.id, nodes });
  if (!isStale || cluster.options.staleNodes === 'report') return succeed(work);
  const since = staleAt ?? now;
  if (now - since > CLUSTER_PATIENCE_MS) return fail(work, nodesStale(hold.migration));
  if (await refresh(work, since)) return STEP_DOWN_PAUSE_MS;
  return growing(since, now, STEP_DOWN_PAUSE_MS, MAX_TAINTED_PAUSE_MS);
}

/** Each node that the cluster names now, or named before the move. A cluster forgets a node that is down. */
async function statesOf({ deps, hold }: Work): Promise<(NodeState & { isActive: boolean })[]> {
  const named = await deps.cluster.nodes();
  const known = (hold.migration.cluster.nodes ?? []).map(({ address }) => address);
  const lost = known.filter((address) => !named.some((node) => node.address === address));
  const states = named.map(async (node) => ({
    ...node,
    state: await stateOf(deps.cluster, hold.migration, node),
  }));
  return [
    ...(await Promise.all(states)),
    ...lost.map((address) => ({ address, isActive: false, state: 'unreachable' as const })),
  ];
}

/**
 * Makes the active node give up its role, if the request permits it: whoever becomes active reads the tables again.
 * @param since epoch milliseconds at which a node was first seen to be stale
 * @returns whether it did
 */
async function refresh(work: Work, since: number): Promise<boolean> {
  const { deps, hold } = work;
  const { options, stepDowns = 0 } = hold.migration.cluster;
  if (!options.refreshNodes || stepDowns >= MAX_STEP_DOWNS || (await isAnyMoving(deps, hold.migration.id)))
    return false;
  await hold.write((before) => withCluster(before, { stepDowns: stepDowns + 1 }));
  const outcome = await deps.cluster.stepDown();
  if (outcome.done) return true;
  await hold.write((before) => withCluster(before, { waiting: { why: outcome.why, since } }));
  return false;
}

async function stateOf(
  cluster: ClusterReads,
  { source, target, cluster: { entry } }: ClusterMigration,
  node: ClusterNode,
): Promise<NodeState['state']> {
  try {
    const entries = await entriesAt(cluster, { source, target }, node);
    const [atSource, atTarget] = entries.map((found) => found?.accessor === entry.accessor);
    return atTarget && !atSource ? 'current' : 'stale';
  } catch (error) {
    if (error instanceof ClusterUnavailable) return 'unreachable';
    throw error;
  }
}

/**
 * Whether a cluster is moving a mount. A change of the leader would disturb that.
 * @param except the id of a migration that does not count
 */
export async function isAnyMoving({ store }: Pick<Deps, 'store'>, except?: string): Promise<boolean> {
  for (const shard of openShards()) {
    const open = await store.query({ table: 'migrations', index: 'open', pk: shard });
    const items = await store.getMany(open.map(({ pk, sk }) => ({ table: 'migrations', pk, sk })));
    if (items.map(migrationOf).some((other) => isMoving(other) && other?.id !== except)) return true;
  }
  return false;
}

function isMoving(migration: Migration | undefined): boolean {
  return isOnCluster(migration) && migration.status === 'in-progress' && migration.phase !== 'propagating';
}
