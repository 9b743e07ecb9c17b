/** Looks where the mount of a migration is: in the tables, by the router, and whether it is tainted. */

import type { ClusterNode, ClusterPath, ClusterReads, MountEntry } from '../ports/cluster.ts';
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
  const [[sourceEntry, targetEntry], sourceServes, targetServes] = await Promise.all([
    entriesAt(cluster, { source, target }),
    servingOf(cluster, clusterPath(source)),
    servingOf(cluster, clusterPath(target)),
  ]);
  const atSource = { accessor: sourceEntry?.accessor, ...sourceServes };
  const atTarget = { accessor: targetEntry?.accessor, ...targetServes };
  const isFound = [atSource, atTarget].some((end) => end.accessor === accessor);
  const isElsewhere = !isFound && (await isAnywhere(cluster, accessor, ''));
  return placementOf(accessor, { source: atSource, target: atTarget, isElsewhere });
}

/**
 * What the tables have at both ends of a move. They are long, so that of one namespace is read once.
 * @param node to ask instead of the active one
 */
export async function entriesAt(
  cluster: ClusterReads,
  { source, target }: Pick<Looked, 'source' | 'target'>,
  node?: ClusterNode,
): Promise<[source: MountEntry | undefined, target: MountEntry | undefined]> {
  const own = cluster.mounts(source.namespacePath, node);
  const isSame = target.namespacePath === source.namespacePath;
  const other = isSame ? own : cluster.mounts(target.namespacePath, node);
  const [atSource, atTarget] = await Promise.all([own, other]);
  return [atSource.get(source.path), atTarget.get(target.path)];
}

async function servingOf(cluster: ClusterReads, at: ClusterPath): Promise<Omit<EndSighting, 'accessor'>> {
  const [isRouted, isTainted] = await Promise.all([cluster.isRouted(at), cluster.isTainted(at)]);
  return { isRouted, isTainted };
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
