/** Enables a mount: one conditional transaction; only a refused one asks the tree what was in the way. */

import type { VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree } from './changeTree.ts';
import { existingMount, pathInUse } from './errors.ts';
import { locateTarget, type Target } from './locate.ts';
import { isAuthPath, type Mount, mountItem } from './mount.ts';
import type { MountOrder } from './mountOrder.ts';
import type { Namespace } from './namespace.ts';
import { builtinPath } from './path.ts';
import { refuseOversize } from './refuseOversize.ts';
import { tablePath } from './table.ts';

/**
 * @param path with a trailing slash, auth methods under `auth/`
 * @throws VaultError 400 when the path overlaps a mount or child namespace, 503 when others keep coming and going
 */
export async function enableMount(
  deps: Deps,
  namespace: Namespace,
  path: string,
  order: MountOrder,
): Promise<void> {
  const builtin = builtinPath(path);
  if (builtin) throw pathInUse(tablePath(builtin));
  await retryContended(async () => {
    // A new one each time: the last may have come to be after all, and have been moved since.
    const mount = newMount(deps, namespace, path, order);
    refuseOversize(mount);
    try {
      await changeTree(deps.store, [{ namespaceId: namespace.id, path, after: mountItem(mount) }]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const target = await locateTarget(deps.store, path, namespace);
      if (!isThis(target.conflict, mount)) throw conflictOf(target, namespace) ?? error;
    }
  });
}

function newMount({ ids }: Deps, { id }: Namespace, path: string, order: MountOrder): Mount {
  return {
    namespaceId: id,
    path,
    uuid: ids.uuid(),
    accessor: `${isAuthPath(path) ? 'auth_' : ''}${order.type}_${ids.hex(8)}`,
    ...order,
    generation: 0,
    version: 1,
    issued: false,
  };
}

/** The first try went through although its answer was lost. */
function isThis(conflict: Item | undefined, { uuid }: Mount): boolean {
  return conflict?.uuid === uuid;
}

/** The texts of contract §3.3; a path inside a child namespace conflicts with that. */
function conflictOf({ namespace, conflict }: Target, within: Namespace): VaultError | undefined {
  if (namespace.id !== within.id) return existingMount(namespace.path);
  if (!conflict) return undefined;
  if (conflict.kind === 'namespace') return existingMount(namespace.path + conflict.sk);
  return pathInUse(tablePath(conflict.sk));
}
