/** A cluster in memory and a store, of which one call or one write fails. */

import type { Store } from '../../../functions/ports/store.ts';
import type { TestDeps } from '../../support/testDeps.ts';
import { type Accepting, accept, type ClusterDeps, runToEnd, sleeplessClock } from './clusterSteps.ts';
import { FakeCluster, type MoveFate } from './fakeCluster.ts';

export interface FaultWorld {
  cluster: FakeCluster;
  deps: ClusterDeps;
  /** Calls to the store that have begun. */
  writes: () => number;
  failWrite(at: number, isLost: boolean): void;
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
  let writes = 0;
  let failing: { at: number; isLost: boolean } | undefined;
  const store: Store = {
    ...service.store,
    async commit(all) {
      const isNow = ++writes === failing?.at;
      if (isNow && !failing?.isLost) throw new Error('the process died before a write');
      await service.store.commit(all);
      if (isNow) throw new Error('the process died after a write');
    },
  };
  const deps: ClusterDeps = { ...service, store, cluster, clock: sleeplessClock() };
  return {
    cluster,
    deps,
    writes: () => writes,
    failWrite: (at, isLost) => {
      failing = { at, isLost };
    },
  };
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

export const died = () => new Error('the process died');
