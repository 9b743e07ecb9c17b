/** What a cluster may not be asked to move, beyond the checks of every move (architecture §11). */

import { goQuote, refusal } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { type ClusterReads, commonNamespace } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { ancestors } from '../tree/path.ts';
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
  const between = namespaceBetween(source.namespace.path, target.namespace.path);
  if (between !== undefined && (await cluster.server()).product === 'OpenBao')
    throw refusal(
      `OpenBao takes the namespace ${goQuote(between)} for one that is in the way of ${goQuote(target.namespace.path)}; move the mount into ${goQuote(between)} first`,
    );
  if (!mount.local && (await cluster.server()).isPerformanceSecondary)
    throw refusal('the cluster is a performance secondary: it can move only local mounts');
  return options;
}

function isLogin({ loginPath }: ClusterReads, source: Move['source']): boolean {
  return loginPath?.namespace === source.namespace.path && loginPath.path === source.path;
}

/**
 * OpenBao searches the namespaces below the one that a move is posted in, by the paths of their mounts `sys/`. It refuses
 * the move unless the first one that has the target is the namespace of the target itself.
 * @returns the one that it finds first, if that is another
 */
function namespaceBetween(source: string, target: string): string | undefined {
  const common = commonNamespace(source, target);
  return ancestors(target).find(
    (namespace) => namespace.length > common.length && target.slice(namespace.length) > 'sys/',
  );
}
