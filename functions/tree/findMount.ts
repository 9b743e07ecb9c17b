/** Finds the mounts of a namespace: all of them, the one at a path, or the one that a path is in. */

import type { Deps } from '../ports/deps.ts';
import type { Item, Store } from '../ports/store.ts';
import { builtinKey, treeKey } from '../store/keys.ts';
import type { Alias } from './alias.ts';
import { type BuiltinMount, builtinMounts, tunedAs } from './builtin.ts';
import { locate } from './locate.ts';
import { type Mount, mountOf } from './mount.ts';
import type { Namespace } from './namespace.ts';
import { oversize } from './path.ts';
import { readUntilStable } from './readUntilStable.ts';

/**
 * The mount with exactly this path, by a single read; built-in mounts excluded.
 * @param path with a trailing slash, auth methods under `auth/`
 */
export async function mountAt(
  store: Store,
  { id }: Pick<Namespace, 'id'>,
  path: string,
): Promise<Mount | undefined> {
  return mountOf(await entryAt(store, id, path));
}

/** The entry of the tree with exactly this path, by a single read. DynamoDB refuses some paths as keys; no entry has one of them. */
export async function entryAt(store: Store, namespaceId: string, path: string): Promise<Item | undefined> {
  return path === '' || oversize(path) ? undefined : store.get(treeKey(namespaceId, path));
}

/** The built-in mount with exactly this path, as it is tuned. */
export async function builtinMountAt(
  store: Store,
  namespace: Pick<Namespace, 'id'>,
  path: string,
): Promise<BuiltinMount | undefined> {
  const mount = builtinMounts(namespace).find((builtin) => builtin.path === path);
  return mount && readTuned(store, mount);
}

/** As `mountAt`, built-in mounts included. */
export async function anyMountAt(
  store: Store,
  namespace: Pick<Namespace, 'id'>,
  path: string,
): Promise<Mount | BuiltinMount | undefined> {
  return (await builtinMountAt(store, namespace, path)) ?? mountAt(store, namespace, path);
}

/** As `locate`, built-in mounts included. An alias is not followed. */
export async function locateAny(
  store: Store,
  path: string,
  start?: Namespace,
): Promise<{ namespace: Namespace; mount: Mount | BuiltinMount | undefined; alias?: Alias }> {
  const { namespace, path: rest, mount, alias } = await locate(store, path, start);
  if (mount) return { namespace, mount };
  if (alias) return { namespace, mount: undefined, alias };
  const builtin = builtinMounts(namespace).find((candidate) => rest.startsWith(candidate.path));
  return { namespace, mount: builtin && (await readTuned(store, builtin)) };
}

/** The mount of this namespace that a path is at or in, built-in mounts included. */
export async function mountAround(
  store: Store,
  namespace: Namespace,
  path: string,
): Promise<Mount | BuiltinMount | undefined> {
  // A single read is true while the mount moves; a query may miss it (R2).
  const exact = await anyMountAt(store, namespace, path);
  if (exact) return exact;
  const { namespace: owner, mount } = await locateAny(store, path, namespace);
  return owner.id === namespace.id ? mount : undefined;
}

/**
 * The mounts whose paths begin with a prefix, in the order of their paths; built-in mounts excluded. A single run is no
 * snapshot: `readUntilStable` repeats it where a move in progress must not show.
 */
export async function* mountsBelow(store: Store, namespaceId: string, prefix: string): AsyncGenerator<Mount> {
  if (oversize(prefix)) return;
  const { table, pk } = treeKey(namespaceId, prefix);
  for await (const page of store.pages({ table, pk, ...(prefix && { prefix }) })) {
    yield* page.map(mountOf).filter((mount) => mount !== undefined);
  }
}

/** All mounts of a namespace, each of them once (R2); built-in mounts excluded. */
export function listMounts(deps: Pick<Deps, 'store' | 'clock'>, namespaceId: string): Promise<Mount[]> {
  return readUntilStable(deps, async () => {
    const items = await deps.store.query({ table: 'mounts', pk: namespaceId });
    return items.map(mountOf).filter((mount) => mount !== undefined);
  });
}

/** As `listMounts`, built-in mounts included: these come first. */
export async function listAllMounts(
  deps: Pick<Deps, 'store' | 'clock'>,
  namespace: Namespace,
): Promise<(Mount | BuiltinMount)[]> {
  const { table, pk } = builtinKey(namespace.id, '');
  const tuned = await deps.store.query({ table, pk });
  const builtins = builtinMounts(namespace).map((mount) =>
    tunedAs(
      mount,
      tuned.find(({ sk }) => sk === mount.path),
    ),
  );
  return [...builtins, ...(await listMounts(deps, namespace.id))];
}

async function readTuned(store: Store, mount: BuiltinMount): Promise<BuiltinMount> {
  return tunedAs(mount, await store.get(builtinKey(mount.namespaceId, mount.path)));
}
