/** What a cluster may not be asked to move, beyond the checks of every move (architecture §11). */

import { goQuote, refusal } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import type { ClusterReads } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { CLUSTER_FIELDS, type ClusterOptions, readClusterOptions } from './onCluster.ts';
import type { Move } from './planMove.ts';

/**
 * @param isDryRun whether the request only asks: it learns what would be copied, allowed or not
 * @returns how the cluster is to move the mount; nothing for a mount of this service
 * @throws VaultError 400 for a move that the cluster must not be asked for, or for options of another kind of mount
 */
export async function admit(
  { cluster }: Pick<Deps, 'cluster'>,
  { mount, source, target }: Move,
  fields: Fields<typeof CLUSTER_FIELDS>,
  isDryRun = false,
): Promise<ClusterOptions | undefined> {
  if (!cluster || !mount.entry) {
    const given = Object.keys(CLUSTER_FIELDS).find(
      (name) => fields[name as keyof typeof fields] !== undefined,
    );
    if (given !== undefined) throw refusal(`${given} has a meaning only for the mounts of a cluster`);
    return undefined;
  }
  const options = readClusterOptions(fields);
  if (isLogin(cluster, source))
    throw refusal(
      `the service itself logs in at ${goQuote(source.namespace.path + source.path)} (service_login)`,
    );
  if (source.namespace.id !== target.namespace.id && !options.allowCopy && !isDryRun)
    throw refusal(
      'for a move into another namespace the cluster copies every key of the mount under a lock, and can leave it half moved; allow_copy permits that',
    );
  if (!mount.local && (await cluster.server()).isPerformanceSecondary)
    throw refusal('the cluster is a performance secondary: it can move only local mounts');
  return options;
}

function isLogin({ loginPath }: ClusterReads, source: Move['source']): boolean {
  return loginPath?.namespace === source.namespace.path && loginPath.path === source.path;
}
