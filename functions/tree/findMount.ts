/** Finds one mount of a namespace: by its path, or by a path in it. */

import type { Store } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import type { BuiltinMount } from './builtin.ts';
import { locate } from './locate.ts';
import { type Mount, mountOf } from './mount.ts';
import type { Namespace } from './namespace.ts';
import { builtinPath, oversize } from './path.ts';
import { tunedBuiltin } from './tunedBuiltins.ts';

/** @param path with a trailing slash, auth methods under `auth/` */
export async function mountAt(
  store: Store,
  { id }: Pick<Namespace, 'id'>,
  path: string,
): Promise<Mount | undefined> {
  if (path === '' || oversize(path)) return undefined;
  return mountOf(await store.get(treeKey(id, path)));
}

/** The same with the built-in mounts, as they are tuned. */
export async function anyMountAt(
  store: Store,
  namespace: Pick<Namespace, 'id'>,
  path: string,
): Promise<Mount | BuiltinMount | undefined> {
  return (await tunedBuiltin(store, namespace, path)) ?? mountAt(store, namespace, path);
}

/** Finds the owner of a path as routing does, with the built-in mounts, as they are tuned. */
export async function locateAny(
  store: Store,
  path: string,
  start?: Namespace,
): Promise<{ namespace: Namespace; mount: Mount | BuiltinMount | undefined }> {
  const { namespace, path: rest, mount } = await locate(store, path, start);
  return {
    namespace,
    mount: mount ?? (await tunedBuiltin(store, namespace, rest, (own) => rest.startsWith(own))),
  };
}

/** The mount a path lies in, built-in ones included; mounts of child namespaces are not this namespace's. */
export async function mountCovering(
  store: Store,
  namespace: Namespace,
  path: string,
): Promise<Mount | BuiltinMount | undefined> {
  const found = await locateAny(store, path, namespace);
  return found.namespace.id === namespace.id ? found.mount : undefined;
}

/** Whether a built-in mount has exactly this path. */
export function isBuiltin(path: string): boolean {
  return path !== '' && builtinPath(path) === path;
}
