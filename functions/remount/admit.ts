/** What a cluster may not be asked to move, beyond the checks of every move (architecture §11). */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { type ClusterPath, commonNamespace, type ServerState } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { ancestors } from '../tree/path.ts';
import { protectedAuthDestination, protectedSource } from './errors.ts';
import {
  type CLUSTER_FIELDS,
  type ClusterOptions,
  readClusterOptions,
  refuseClusterFields,
} from './onCluster.ts';
import { crossesNamespaces, type Move } from './planMove.ts';

/**
 * @param isDryRun whether the request only asks: it learns what would be copied, allowed or not
 * @returns how the cluster is to move the mount; nothing for a mount of this service
 * @throws VaultError 400 for a move that the cluster must not be asked for, or for options of another kind of mount
 */
export async function admit(
  deps: Pick<Deps, 'cluster'>,
  move: Move,
  fields: Fields<typeof CLUSTER_FIELDS>,
  isDryRun = false,
): Promise<ClusterOptions | undefined> {
  const bounds = move.mount.entry && (await boundsOf(deps));
  if (!bounds) {
    refuseClusterFields(fields);
    return undefined;
  }
  const options = readClusterOptions(fields);
  const refused = beyondBounds(move, { allowCopy: options.allowCopy || isDryRun }, bounds);
  if (refused) throw refused;
  return options;
}

/** What a cluster cannot move, or not without cutting off the service. */
export interface Bounds extends Pick<ServerState, 'product' | 'isPerformanceSecondary'> {
  /** Where the service logs in. */
  loginPath: ClusterPath | undefined;
}

/** @returns nothing without a cluster */
export async function boundsOf({ cluster }: Pick<Deps, 'cluster'>): Promise<Bounds | undefined> {
  if (!cluster) return undefined;
  const { product, isPerformanceSecondary } = await cluster.server();
  return { loginPath: cluster.loginPath, product, isPerformanceSecondary };
}

/** @returns why the cluster must not be asked for the move; nothing if it may */
export function beyondBounds(
  move: Move,
  { allowCopy }: Pick<ClusterOptions, 'allowCopy'>,
  { loginPath, product, isPerformanceSecondary }: Bounds,
): VaultError | undefined {
  const { mount, source, target } = move;
  if (loginPath?.namespace === source.namespace.path && loginPath.path === source.path)
    return refusal(
      `the service itself logs in at ${goQuote(source.namespace.path + source.path)} (service_login)`,
    );
  if (crossesNamespaces(move) && !allowCopy)
    return refusal(
      'for a move into another namespace the cluster copies every key of the mount under a lock, and can leave it half moved; allow_copy permits that',
    );
  // Every method whose path begins so is protected there.
  if (source.path.startsWith('auth/token')) return protectedSource(source.path);
  if (target.path.startsWith('auth/token')) return protectedAuthDestination(target.path);
  const between = namespaceBetween(source.namespace.path, target.namespace.path);
  if (between !== undefined && product === 'OpenBao')
    return refusal(
      `OpenBao takes the namespace ${goQuote(between)} for one that is in the way of ${goQuote(target.namespace.path)}; move the mount into ${goQuote(between)} first`,
    );
  if (!mount.local && isPerformanceSecondary)
    return refusal('the cluster is a performance secondary: it can move only local mounts');
  return undefined;
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
