/** What a dry run says of a move that a cluster makes, beyond what it says of every move (architecture §11). */

import type { LiveLeases } from '../credentials/countLeases.ts';
import { MAX_COUNTED_ROLES } from '../limits.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Clock, Deps } from '../ports/deps.ts';
import type { Mount } from '../tree/mount.ts';
import { isAuthPath } from '../tree/path.ts';
import type { ClusterPreview } from './answers.ts';
import { crossesNamespaces, type Move } from './planMove.ts';

/**
 * The leases that the cluster has below the mount, by role.
 * @param until epoch milliseconds at which counting stops
 */
export async function countOnCluster(
  cluster: Cluster,
  clock: Clock,
  { mount, source }: Move,
  until: number,
): Promise<LiveLeases> {
  const live: LiveLeases = { total: 0, byRole: new Map(), isComplete: true };
  const below = { namespace: source.namespace.path, path: mount.path };
  for await (const id of cluster.leases(below)) {
    live.total++;
    const role = id.slice(mount.path.length, Math.max(mount.path.length, id.lastIndexOf('/')));
    const known = live.byRole.has(role) || live.byRole.size < MAX_COUNTED_ROLES ? role : 'other';
    live.byRole.set(known, (live.byRole.get(known) ?? 0) + 1);
    if (clock.now() < until) continue;
    live.isComplete = false;
    break;
  }
  return live;
}

/**
 * @param until epoch milliseconds at which the keys are not counted any further
 * @returns nothing for a mount of this service
 */
export async function previewOnCluster(
  { cluster, clock }: Pick<Deps, 'cluster' | 'clock'>,
  move: Move,
  until: number,
): Promise<ClusterPreview | undefined> {
  const { mount, source } = move;
  const { entry } = mount;
  if (!cluster || !entry) return undefined;
  const at = { namespace: source.namespace.path, path: mount.path };
  const isCopied = crossesNamespaces(move);
  const inTime = clock.sleep(Math.max(0, until - clock.now())).then(() => undefined);
  const [isTainted, keys] = await Promise.all([
    cluster.isTainted(at),
    isCopied ? Promise.race([cluster.keys(at, entry), inTime]) : undefined,
  ]);
  return {
    tainted: isTainted,
    copies_keys: isCopied,
    keys: keys?.length ?? null,
    remarks: remarksOn(mount, isCopied),
  };
}

/** What is different from a move of this service, in words. */
export function remarksOn({ path, type }: Pick<Mount, 'path' | 'type'>, isCopied: boolean): string[] {
  const remarks = [
    ...(isAuthPath(path)
      ? [
          'batch tokens, and orphans that its tokens have created, stay valid: a cluster cannot revoke them here',
        ]
      : []),
    ...(type === 'pki' ? ['revoking its leases revokes the certificates that they stand for'] : []),
    ...(isCopied
      ? ['the cluster copies every key under a lock, which all other changes of its mounts wait for']
      : []),
  ];
  return remarks;
}
