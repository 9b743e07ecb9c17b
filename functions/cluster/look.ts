/** Looks where the mount of a migration is: in the tables, by the router, and whether it is tainted. */

import type { ClusterPath, ClusterReads } from '../ports/cluster.ts';
import type { Place } from '../remount/migration.ts';
import { type EndSighting, type Placement, placementOf } from './place.ts';

/** The move of a mount, as far as it says where to look. */
export interface Looked {
  accessor: string;
  source: Place;
  target: Place;
}

export function clusterPath({ namespacePath, path }: Place): ClusterPath {
  return { namespace: namespacePath, path };
}

/** @throws ClusterUnavailable, ClusterForbids as the port */
export async function lookAt(
  cluster: ClusterReads,
  { accessor, source, target }: Looked,
): Promise<Placement> {
  const [atSource, atTarget] = await Promise.all([
    sightingOf(cluster, clusterPath(source)),
    sightingOf(cluster, clusterPath(target)),
  ]);
  const isFound = [atSource, atTarget].some((end) => end.accessor === accessor);
  const isElsewhere = !isFound && (await isAnywhere(cluster, accessor, ''));
  return placementOf(accessor, { source: atSource, target: atTarget, isElsewhere });
}

async function sightingOf(cluster: ClusterReads, at: ClusterPath): Promise<EndSighting> {
  const [mounts, isRouted, isTainted] = await Promise.all([
    cluster.mounts(at.namespace),
    cluster.isRouted(at),
    cluster.isTainted(at),
  ]);
  return { accessor: mounts.get(at.path)?.accessor, isRouted, isTainted };
}

/** Searches a namespace and all below it. */
async function isAnywhere(cluster: ClusterReads, accessor: string, namespace: string): Promise<boolean> {
  const mounts = await cluster.mounts(namespace);
  if ([...mounts.values()].some((entry) => entry.accessor === accessor)) return true;
  for (const { name } of await cluster.namespaces(namespace)) {
    if (await isAnywhere(cluster, accessor, namespace + name)) return true;
  }
  return false;
}
