/** Locks the API of a namespace, and so of all below it, and unlocks it (contract §4). */

import type { Deps } from '../ports/deps.ts';
import type { Store, Update } from '../ports/store.ts';
import { sha256, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { type Child, childAt } from './findChild.ts';
import { locate } from './locate.ts';
import type { Namespace } from './namespace.ts';
import {
  alreadyLocked,
  beingDeleted,
  lockedAbove,
  lockedStillAbove,
  nothingToLock,
  notLocked,
  rootNotLockable,
  wrongUnlockKey,
} from './namespaceErrors.ts';

/**
 * @param below the path of the namespace from the one that is asked, with a trailing slash; empty for that itself
 * @returns the key that unlocks it, which is stored nowhere
 * @throws VaultError 400
 */
export async function lockNamespace(deps: Deps, asked: Namespace, below: string): Promise<string> {
  const key = deps.ids.base62(24);
  const unlockKeyHash = sha256(key);
  await retryContended(async () => {
    const { namespace, change } = await lookUp(deps.store, asked, below);
    // The first try went through although its answer was lost.
    if (namespace.unlockKeyHash === unlockKeyHash) return;
    if (namespace.unlockKeyHash !== undefined) throw alreadyLocked(namespace.path);
    if (namespace.lockedAt !== undefined) throw lockedAbove(namespace.path, namespace.lockedAt);
    await deps.store.commit([{ ...change, set: { unlockKeyHash } }]);
  });
  return key;
}

/**
 * @param key what locking it answered; empty for a caller who may do without
 * @throws VaultError 400
 */
export function unlockNamespace(
  { store }: Deps,
  asked: Namespace,
  below: string,
  key: string,
): Promise<void> {
  return retryContended(async () => {
    const { namespace, change } = await lookUp(store, asked, below);
    const { path, unlockKeyHash, lockedAt = path } = namespace;
    if (unlockKeyHash === undefined) throw notLocked(path);
    if (lockedAt !== path) throw lockedStillAbove(path, lockedAt);
    if (key !== '' && sha256(key) !== unlockKeyHash) throw wrongUnlockKey();
    await store.commit([{ ...change, remove: ['unlockKeyHash'] }]);
  });
}

/** The namespace, and what every write to its entry in the tree has in common. */
async function lookUp(
  store: Store,
  asked: Namespace,
  below: string,
): Promise<Pick<Child, 'namespace'> & { change: Update }> {
  const path = asked.path + below;
  if (path === '') throw rootNotLockable();
  const above = path.split('/').slice(0, -2).join('/');
  const { namespace: parent } = await locate(store, above === '' ? 'sys/' : `${above}/sys/`);
  const name = path.slice(parent.path.length);
  const child = await childAt(store, parent, name);
  if (!child) throw nothingToLock();
  if (child.namespace.deleting) throw beingDeleted();
  const change: Update = { update: treeKey(parent.id, name), add: { version: 1 }, if: child.unchanged };
  return { namespace: child.namespace, change };
}
