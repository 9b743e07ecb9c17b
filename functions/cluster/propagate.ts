/** Every node of the cluster must have seen the move: a standby that has not goes on serving the old path for good. */

import { CLUSTER_PATIENCE_MS, MAX_TAINTED_PAUSE_MS, OPEN_SHARDS, STEP_DOWN_PAUSE_MS } from '../limits.ts';
import { type ClusterNode, type ClusterReads, ClusterUnavailable } from '../ports/cluster.ts';
import { type Migration, migrationOf } from '../remount/migration.ts';
import type { NodeState } from '../remount/onCluster.ts';
import { nodesStale } from './failures.ts';
import { type ClusterMigration, isOnCluster } from './transitions.ts';
import { type ENDED, fail, growing, type Pause, succeed, type Work, withCluster } from './work.ts';

export async function propagate(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const nodes = await Promise.all(
    (await deps.cluster.nodes()).map(async (node): Promise<NodeState> => {
      return { address: node.address, state: await stateOf(deps.cluster, hold.migration, node) };
    }),
  );
  const isStale = nodes.some(({ state }) => state === 'stale');
  const now = deps.clock.now();
  const { staleAt = isStale ? now : undefined, cluster } = hold.migration;
  await hold.write((before) => ({
    ...(staleAt !== undefined && { staleAt }),
    ...withCluster(before, { nodes }),
  }));
  if (!isStale || cluster.options.staleNodes === 'report') return succeed(work);
  const since = staleAt ?? now;
  if (now - since > CLUSTER_PATIENCE_MS) return fail(work, nodesStale(hold.migration));
  if (cluster.options.refreshNodes && !(await isAnotherMoving(work))) {
    const outcome = await deps.cluster.stepDown();
    if (outcome.done) return STEP_DOWN_PAUSE_MS;
    await hold.write((before) => withCluster(before, { waiting: { why: outcome.why, since } }));
  }
  return growing(since, now, STEP_DOWN_PAUSE_MS, MAX_TAINTED_PAUSE_MS);
}

async function stateOf(
  cluster: ClusterReads,
  { source, target, cluster: { entry } }: ClusterMigration,
  node: ClusterNode,
): Promise<NodeState['state']> {
  try {
    const [atSource, atTarget] = await Promise.all(
      [source, target].map(async ({ namespacePath, path }) => {
        return (await cluster.mounts(namespacePath, node)).get(path)?.accessor === entry.accessor;
      }),
    );
    return atTarget && !atSource ? 'current' : 'stale';
  } catch (error) {
    if (error instanceof ClusterUnavailable) return 'unreachable';
    throw error;
  }
}

/** A change of the leader would disturb a move that is under way. */
async function isAnotherMoving({ deps, hold }: Work): Promise<boolean> {
  for (let shard = 0; shard < OPEN_SHARDS; shard++) {
    const open = await deps.store.query({ table: 'migrations', index: 'open', pk: `open#${shard}` });
    const items = await deps.store.getMany(open.map(({ pk, sk }) => ({ table: 'migrations', pk, sk })));
    if (items.map(migrationOf).some((other) => isMoving(other) && other?.id !== hold.migration.id))
      return true;
  }
  return false;
}

function isMoving(migration: Migration | undefined): boolean {
  return isOnCluster(migration) && migration.status === 'in-progress' && migration.phase !== 'propagating';
}
