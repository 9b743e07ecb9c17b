/** The names of the keys of a mount before and after the cluster copies it, where they can be listed. */

import type { Cluster } from '../ports/cluster.ts';
import type { OnCluster } from '../remount/onCluster.ts';
import { sha256 } from '../store/keys.ts';
import { clusterPath } from './look.ts';
import type { ClusterMigration } from './transitions.ts';

/**
 * @param place where the mount is
 * @returns nothing if they cannot be listed
 */
export async function namesOfKeys(
  cluster: Cluster,
  migration: ClusterMigration,
  place = migration.source,
): Promise<OnCluster['keys'] | undefined> {
  const names = await cluster.keys(clusterPath(place), migration.cluster.entry);
  return names && { count: names.length, digest: sha256(names.join('\n')) };
}
