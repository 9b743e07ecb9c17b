/** Finds one mount of a namespace: by its path, or by a path in it. */

import type { Namespace } from '../namespaces/namespace.ts';
import { treeKey } from '../ports/keys.ts';
import type { Store } from '../ports/store.ts';
import { type BuiltinMount, builtinMounts } from './builtin.ts';
import { locate } from './locate.ts';
import { type Mount, mountOf } from './mount.ts';
import { oversize } from './path.ts';

/** @param path with a trailing slash, auth methods under `auth/` */
export async function mountAt(
  store: Store,
  { id }: Pick<Namespace, 'id'>,
  path: string,
): Promise<Mount | undefined> {
  if (path === '' || oversize(path)) return undefined;
  return mountOf(await store.get(treeKey(id, path)));
}

/** The mount a path lies in, built-in ones included; mounts of child namespaces are not this namespace's. */
export async function mountCovering(
  store: Store,
  namespace: Namespace,
  path: string,
): Promise<Mount | BuiltinMount | undefined> {
  const builtin = builtinAt(namespace, path, (own) => path.startsWith(own));
  if (builtin) return builtin;
  const found = await locate(store, path, namespace);
  return found.namespace.id === namespace.id ? found.mount : undefined;
}

/** The built-in mount with exactly this path. */
export function builtinAt(
  namespace: Pick<Namespace, 'id'>,
  path: string,
  fits = (own: string) => own === path,
): BuiltinMount | undefined {
  return builtinMounts(namespace).find((mount) => fits(mount.path));
}
