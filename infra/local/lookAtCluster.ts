/** Looks at a cluster before the local service starts in front of it: what it is, and whether the service can work there. */

import { setTimeout } from 'node:timers/promises';
import { clusterSettings } from '../../functions/adapters/clusterEnvironment.ts';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import { type Cluster, ClusterForbids, ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { isAuthPath } from '../../functions/tree/path.ts';
import { StartError } from './startError.ts';

export interface ClusterFacts {
  id: string;
  address: string;
  product: string;
  version: string;
  activeNode: string;
  /** The namespace of the service, without the slash at its end. */
  namespace: string;
  /** The names of its child namespaces. */
  children: string[];
  secretsEngines: number;
  authMethods: number;
}

const clock = {
  now: () => Date.now(),
  sleep: async (ms: number) => {
    await setTimeout(ms);
  },
};

/**
 * @param variables `CLUSTER_…`
 * @throws StartError if the cluster cannot be used. It names the line that the policy of the service lacks
 */
export async function lookAtCluster(variables: Record<string, string>): Promise<ClusterFacts> {
  try {
    const settings = clusterSettings(variables, clock);
    if (!settings) throw new Error('CLUSTER_ADDR is missing');
    return await factsOf(vaultCluster(settings));
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

async function factsOf(cluster: Cluster): Promise<ClusterFacts> {
  const { address, namespace } = cluster;
  const { product, version, clusterId, isInitialized, isSealed } = await cluster.server();
  const what = `${product} ${version} at ${address}`;
  if (!isInitialized) throw new Error(`${what} is not initialized`);
  if (isSealed) throw new Error(`${what} is sealed`);
  await logIn(cluster);
  const children = await cluster.namespaces('');
  const paths = [...(await cluster.mounts('')).keys()];
  await tryOtherRights(cluster);
  return {
    id: clusterId,
    address,
    product,
    version,
    activeNode: await activeNodeOf(cluster),
    namespace: namespace.slice(0, -1),
    children: children.map(({ name }) => name),
    secretsEngines: paths.filter((path) => !isAuthPath(path)).length,
    authMethods: paths.filter(isAuthPath).length,
  };
}

/** For a moment after a node has become active, the nodes of a cluster are not known. */
async function activeNodeOf(cluster: Cluster): Promise<string> {
  try {
    const active = (await cluster.nodes()).find(({ isActive }) => isActive);
    return active?.address ?? 'not known';
  } catch (error) {
    if (error instanceof ClusterUnavailable) return 'not known yet';
    throw error;
  }
}

/** The cluster answers alike whether a token is not valid or may not look itself up. */
async function logIn(cluster: Cluster): Promise<void> {
  try {
    await cluster.self();
  } catch (error) {
    const { message } = error as Error;
    const { namespace } = cluster;
    if (error instanceof ClusterForbids)
      throw new Error(`the token of the service is not valid, or ${message}`);
    throw namespace ? new Error(`CLUSTER_NAMESPACE ${namespace} may not exist: ${message}`) : error;
  }
}

/** Asks what a request and a migration will ask, about nothing that exists. What revokes or moves is not tried. */
async function tryOtherRights(cluster: Cluster): Promise<void> {
  const nowhere = { namespace: '', path: 'remount-looks-for-its-rights/' };
  await cluster.lookup('remount-looks-for-its-rights');
  await cluster.capabilities('remount-looks-for-its-rights', nowhere);
  await cluster.policyNames('');
  await cluster.policy('', 'default');
  for await (const _ of cluster.leases(nowhere)) break;
  await cluster.isRouted(nowhere);
}
