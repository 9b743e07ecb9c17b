/** Walks what a cluster lists level by level: leases, and the keys of a kv mount. */

import { MAX_KEY_LISTS } from '../limits.ts';
import { ClusterForbids, type ClusterPath, type MountEntry } from '../ports/cluster.ts';
import type { ClusterApi } from './clusterApi.ts';
import { OPTIONAL_RIGHTS, READ_RIGHTS } from './clusterRights.ts';
import { stringsIn } from './clusterTables.ts';

/** The folder of the leases in the paths of the API. */
const LEASES = 'sys/leases/lookup/';

/**
 * Ids of leases, depth first. One level is in memory for each segment, not all ids.
 * @param top the path that errors name: the names of roles and users are below it
 */
export async function* leasesBelow(
  api: ClusterApi,
  { namespace, path }: ClusterPath,
  top = path,
): AsyncGenerator<string> {
  const data = await api.read({
    method: 'LIST',
    path: LEASES + path,
    publicPath: LEASES + top,
    namespace,
    right: READ_RIGHTS.leases,
    isRepeatable: true,
  });
  for (const key of stringsIn(data?.keys)) {
    if (key.endsWith('/')) yield* leasesBelow(api, { namespace, path: path + key }, top);
    else yield path + key;
  }
}

/** @returns nothing if the keys may not be listed, or are too many */
export async function keysOf(
  api: ClusterApi,
  { namespace, path }: ClusterPath,
  { type, options }: MountEntry,
): Promise<string[] | undefined> {
  if (type !== 'kv' && type !== 'generic') return undefined;
  const root = options?.version === '2' ? `${path}metadata/` : path;
  const found: string[] = [];
  const folders = [''];
  for (let lists = 0; folders.length > 0; lists++) {
    if (lists === MAX_KEY_LISTS) return undefined;
    const folder = folders.pop() as string;
    const keys = await listKeys(api, { namespace, path: root + folder }, root);
    if (!keys) return undefined;
    for (const key of keys) (key.endsWith('/') ? folders : found).push(folder + key);
  }
  return found.toSorted();
}

/** @param publicPath the path that errors name: folders have names, too */
async function listKeys(
  api: ClusterApi,
  { namespace, path }: ClusterPath,
  publicPath: string,
): Promise<string[] | undefined> {
  const right = OPTIONAL_RIGHTS.keys;
  const call = { method: 'LIST', path, publicPath, namespace, right, isRepeatable: true } as const;
  try {
    return stringsIn((await api.read(call))?.keys);
  } catch (error) {
    if (error instanceof ClusterForbids) return undefined;
    throw error;
  }
}
