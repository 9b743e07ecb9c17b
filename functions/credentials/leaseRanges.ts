/**
 * Where the leases are stored whose ids begin with a path. There is no index of ids: the tree of mounts leads to them
 * (architecture §3).
 */

import { MAX_SORT_KEY_BYTES } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseShard } from '../store/keys.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { locate } from '../tree/locate.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { builtinPath } from '../tree/path.ts';

/** Leases of one mount. */
export interface LeaseRange {
  mountUuid: string;
  mountAccessor: string;
  /** Relative to the namespace. */
  mountPath: string;
  /** The beginning of their paths inside the mount. */
  prefix: string;
}

/**
 * The ranges below a path of one namespace: part of a mount, a whole mount, or all mounts below the path. Leases of
 * child namespaces are not included.
 * @param path ends in a slash, or is empty for everything
 */
export async function leaseRanges(store: Store, namespace: Namespace, path: string): Promise<LeaseRange[]> {
  if (Buffer.byteLength(path) > MAX_SORT_KEY_BYTES) return [];
  const location = await locate(store, path, namespace);
  if (location.namespace.id !== namespace.id) return [];
  if (location.mount) return [rangeOf(location.mount, path)];
  const builtins = builtinMounts(namespace).filter((mount) => mount.issued);
  if (builtinPath(path)) {
    return builtins.filter((mount) => path.startsWith(mount.path)).map((mount) => rangeOf(mount, path));
  }
  const below = await store.query({ table: 'mounts', pk: namespace.id, ...(path ? { prefix: path } : {}) });
  const mounts = below.map(mountOf).filter((mount) => mount?.issued === true);
  const builtinsBelow = builtins.filter((mount) => mount.path.startsWith(path));
  return [...(mounts as Mount[]), ...builtinsBelow].map((mount) => rangeOf(mount, mount.path));
}

function rangeOf(
  { uuid, accessor, path: mountPath }: Pick<Mount, 'uuid' | 'accessor' | 'path'>,
  path: string,
): LeaseRange {
  return { mountUuid: uuid, mountAccessor: accessor, mountPath, prefix: path.slice(mountPath.length) };
}

/** The items of a range in one shard of the mount, page by page. */
export function leasePages(
  store: Store,
  { mountUuid, prefix }: Pick<LeaseRange, 'mountUuid' | 'prefix'>,
  shard: number,
): AsyncIterable<Item[]> {
  const pk = leaseShard(mountUuid, shard);
  return store.pages({ table: 'leases', pk, ...(prefix ? { prefix } : {}) });
}
