/** Enables a mount: one conditional transaction. Only when it is refused, the tree is read for the reason. */

import { refusal, type VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree, checkEntrySize } from './changeTree.ts';
import { locateTarget, type Target } from './locate.ts';
import { type Mount, mountItem } from './mount.ts';
import type { Namespace } from './namespace.ts';
import { builtinPath, isAuthPath, tablePath } from './path.ts';
import type { NewMount } from './readNewMount.ts';

/**
 * @param path with a trailing slash, auth methods under `auth/`
 * @throws VaultError 400 when the path overlaps a mount or child namespace, 413
 * @throws StoreBusy when others keep changing the tree there
 */
export async function enableMount(
  deps: Deps,
  namespace: Namespace,
  path: string,
  asked: NewMount,
): Promise<void> {
  const builtin = builtinPath(path);
  if (builtin) throw pathInUse(builtin);
  await retryContended(async () => {
    // Each try makes a new mount: the last one may have been committed after all, and moved since.
    const mount = newMount(deps, namespace, path, asked);
    checkEntrySize(mount);
    try {
      await changeTree(deps.store, [{ namespaceId: namespace.id, path, after: mountItem(mount) }]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const target = await locateTarget(deps.store, path, namespace);
      if (!isThis(target.conflict, mount)) throw conflictOf(target, namespace) ?? error;
    }
  });
}

/**
 * What a new mount at a path would overlap.
 * @param path with a trailing slash, auth methods under `auth/`
 * @returns the refusal, or nothing if the path is free
 */
export async function overlapAt(
  { store }: Deps,
  namespace: Namespace,
  path: string,
): Promise<VaultError | undefined> {
  const builtin = builtinPath(path);
  return builtin ? pathInUse(builtin) : conflictOf(await locateTarget(store, path, namespace), namespace);
}

function newMount({ ids }: Deps, { id }: Namespace, path: string, asked: NewMount): Mount {
  return {
    namespaceId: id,
    path,
    uuid: ids.uuid(),
    accessor: `${isAuthPath(path) ? 'auth_' : ''}${asked.type}_${ids.hex(8)}`,
    ...asked,
    generation: 0,
    version: 1,
    issued: false,
  };
}

/** Whether the transaction was committed, although its answer was lost. */
function isThis(conflict: Item | undefined, { uuid }: Mount): boolean {
  return conflict?.uuid === uuid;
}

/** The texts of contract §3.3; a path inside a child namespace conflicts with that. */
function conflictOf({ namespace, conflict }: Target, within: Namespace): VaultError | undefined {
  if (namespace.id !== within.id) return existingMount(namespace.path);
  if (!conflict) return undefined;
  if (conflict.kind === 'namespace') return existingMount(namespace.path + conflict.sk);
  return pathInUse(conflict.sk);
}

/** @param path in the tree; the text shows it as its table does */
function pathInUse(path: string): VaultError {
  return refusal(`path is already in use at ${tablePath(path)}`);
}

/** @param path absolute */
function existingMount(path: string): VaultError {
  return refusal(`existing mount at ${path}`);
}
