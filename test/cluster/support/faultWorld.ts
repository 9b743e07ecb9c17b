/** A cluster in memory and a store, of which one call or one write fails. */

import type { TestDeps } from '../../support/testDeps.ts';
import { type Accepting, accept, type ClusterDeps, runToEnd, sleeplessClock } from './clusterSteps.ts';
import { type DyingStore, dyingStore } from './dyingStore.ts';
import { FakeCluster, type MoveFate } from './fakeCluster.ts';

export interface FaultWorld extends Omit<DyingStore, 'store'> {
  cluster: FakeCluster;
  deps: ClusterDeps;
}

let serial = 0;

/**
 * A mount at `kv/` with leases of two roles.
 * @param service whose store is used
 */
export function faultWorld(service: TestDeps, fates: MoveFate[] = []): FaultWorld {
  const cluster = new FakeCluster();
  cluster.mount('kv/', { accessor: `faults_${++serial}` });
  cluster.issue('kv/', 'creds/r', 5);
  cluster.issue('kv/', 'creds/s', 3);
  cluster.fates = [...fates];
  const { store, ...dying } = dyingStore(service);
  const deps: ClusterDeps = { ...service, store, cluster, clock: sleeplessClock() };
  return { cluster, deps, ...dying };
}

/** How many calls and writes a migration makes if nothing disturbs it. */
export async function countCalls(
  { cluster, deps, writes }: FaultWorld,
  accepting?: Accepting,
): Promise<{ calls: number; writes: number }> {
  await runToEnd(deps, await accept(deps, cluster, accepting));
  return { calls: cluster.calls, writes: writes() };
}

/** Makes one call to the cluster fail. */
export function disturb(
  cluster: FakeCluster,
  at: number,
  error: () => Error,
  where: 'before' | 'after',
): void {
  cluster[where] = (_, call) => {
    if (call === at) throw error();
  };
}
