/**
 * Where the leases are stored whose ids begin with a path. There is no index of ids: the tree of mounts leads to them
 * (architecture §3).
 */

import { MAX_MOUNT_PATH_BYTES, MAX_SORT_KEY_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item, Store } from '../ports/store.ts';
import { leaseShard } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Alias, aliasOf } from '../tree/alias.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { namespaceIdIn } from '../tree/findNamespace.ts';
import { followAlias, requireOpen, throughAlias } from '../tree/followAlias.ts';
import { locate } from '../tree/locate.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { builtinPath } from '../tree/path.ts';

/** Leases of one mount. */
export interface LeaseRange {
  mountUuid: string;
  mountAccessor: string;
  /** Relative to the namespace; that of the alias, where one has led to the mount. */
  mountPath: string;
  /** The beginning of their paths inside the mount. */
  prefix: string;
  /** The namespace that they were issued in, where the mount is in another one: those issued there are not reached (R10). */
  issuedIn?: string;
}

/**
 * The ranges below a path of one namespace: part of a mount, a whole mount, or all mounts below the path. Leases of
 * child namespaces are not included.
 * @param path ends in a slash, or is empty for everything
 * @param withAliases whether the mounts are meant that have left an alias below the path; a listing would show them twice
 */
export async function leaseRanges(
  deps: Pick<Deps, 'store' | 'clock'>,
  namespace: Namespace,
  path: string,
  withAliases = false,
): Promise<LeaseRange[]> {
  const { store } = deps;
  const location = await throughAlias(deps, await locate(store, path, namespace));
  if (location.namespace.id !== namespace.id) return [];
  const { mount, alias } = location;
  // A lock ends no revocation.
  if (!withAliases) requireOpen(location);
  if (mount) return [alias ? rangeAtAlias(alias, mount, path) : rangeOf(mount, path)].filter(isPossible);
  const builtins = builtinMounts(namespace).filter((mount) => mount.issued);
  if (builtinPath(path)) {
    const own = builtins.filter((mount) => path.startsWith(mount.path));
    return own.map((mount) => rangeOf(mount, path)).filter(isPossible);
  }
  if (Buffer.byteLength(path) > MAX_MOUNT_PATH_BYTES) return [];
  const below = await store.query({ table: 'mounts', pk: namespace.id, ...(path ? { prefix: path } : {}) });
  const mounts = below.map(mountOf).filter((mount) => mount?.issued === true);
  const builtinsBelow = builtins.filter((mount) => mount.path.startsWith(path));
  const ranges = [...(mounts as Mount[]), ...builtinsBelow].map((mount) => rangeOf(mount, mount.path));
  return withAliases ? [...ranges, ...(await rangesOfAliases(deps, below))] : ranges;
}

/** Whether a lease may have this path inside its mount. The id of a lease may be longer than a key: only this path is one. */
export function fitsLease(inside: string): boolean {
  return Buffer.byteLength(inside) <= MAX_SORT_KEY_BYTES;
}

function isPossible({ prefix }: LeaseRange): boolean {
  return fitsLease(prefix);
}

async function rangesOfAliases(deps: Pick<Deps, 'store' | 'clock'>, items: Item[]): Promise<LeaseRange[]> {
  const aliases = items.map(aliasOf).filter((alias) => alias !== undefined);
  const ranges = await severalAtOnce(aliases, async (alias) => {
    const followed = await followAlias(deps, alias);
    return followed ? [rangeAtAlias(alias, followed.mount, alias.path)] : [];
  });
  return ranges.flat();
}

function rangeAtAlias({ path: mountPath, namespaceId }: Alias, mount: Mount, path: string): LeaseRange {
  const range = rangeOf({ ...mount, path: mountPath }, path);
  return mount.namespaceId === namespaceId ? range : { ...range, issuedIn: namespaceId };
}

function rangeOf(
  { uuid, accessor, path: mountPath }: Pick<Mount, 'uuid' | 'accessor' | 'path'>,
  path: string,
): LeaseRange {
  return { mountUuid: uuid, mountAccessor: accessor, mountPath, prefix: path.slice(mountPath.length) };
}

/** The items of a range in one shard of the mount, page by page. */
export async function* leasePages(
  store: Store,
  { mountUuid, prefix, issuedIn }: Pick<LeaseRange, 'mountUuid' | 'prefix' | 'issuedIn'>,
  shard: number,
): AsyncIterable<Item[]> {
  const pk = leaseShard(mountUuid, shard);
  for await (const page of store.pages({ table: 'leases', pk, ...(prefix ? { prefix } : {}) }))
    yield issuedIn === undefined ? page : page.filter(({ sk }) => namespaceIdIn(sk) === issuedIn);
}
