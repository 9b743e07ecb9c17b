/** Locks the API of a namespace and all namespaces below it, and unlocks it (contract §4). */

import { goQuote, refusal } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import type { Store, Update } from '../ports/store.ts';
import { sha256, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { lockings, unlockings } from './closedNamespace.ts';
import { type ChildNamespace, childAt } from './findNamespace.ts';
import { locate } from './locate.ts';
import type { Namespace } from './namespace.ts';

/**
 * @param asked the namespace of the request
 * @param below the path of the namespace from there, with a trailing slash; empty for the namespace of the request
 * @returns the key that unlocks it; only its hash is stored
 * @throws VaultError 400
 * @throws StoreBusy when others keep changing the namespace
 */
export async function lockNamespace(deps: Deps, asked: Namespace, below: string): Promise<string> {
  const key = deps.ids.base62(24);
  const unlockKeyHash = sha256(key);
  await retryContended(async () => {
    const { namespace, change } = await namespaceAt(deps.store, asked, below);
    // An earlier try was committed, although its answer was lost.
    if (namespace.unlockKeyHash === unlockKeyHash) return;
    if (namespace.unlockKeyHash !== undefined) {
      throw refusal(`cannot lock namespace ${goQuote(namespace.path)}: is already locked`);
    }
    if (namespace.lockedAt !== undefined) {
      const [path, above] = [goQuote(namespace.path), goQuote(namespace.lockedAt)];
      throw refusal(`cannot lock namespace ${path}: ancestor namespace ${above} is already locked`);
    }
    await deps.store.commit([{ ...change, set: { unlockKeyHash } }, ...lockings(namespace.id)]);
  });
  return key;
}

/**
 * @param key the answer of `lockNamespace`; empty for a caller who may unlock without it
 * @throws VaultError 400
 * @throws StoreBusy when others keep changing the namespace
 */
export function unlockNamespace(
  { store }: Deps,
  asked: Namespace,
  below: string,
  key: string,
): Promise<void> {
  return retryContended(async () => {
    const { namespace, change } = await namespaceAt(store, asked, below);
    const { id, path, unlockKeyHash, lockedAt = path } = namespace;
    if (unlockKeyHash === undefined) throw refusal(`namespace ${goQuote(path)} is not locked`);
    if (lockedAt !== path) {
      throw refusal(`cannot unlock ${goQuote(path)} with namespace ${goQuote(lockedAt)} being locked`);
    }
    if (key !== '' && sha256(key) !== unlockKeyHash) throw refusal('incorrect unlock key');
    await store.commit([{ ...change, remove: ['unlockKeyHash'] }, ...unlockings(id)]);
  });
}

/** The namespace, and the part that all updates of its entry share. */
async function namespaceAt(
  store: Store,
  asked: Namespace,
  below: string,
): Promise<Pick<ChildNamespace, 'namespace'> & { change: Update }> {
  const path = asked.path + below;
  if (path === '') throw refusal('root namespace cannot be locked/unlocked');
  const above = path.split('/').slice(0, -2).join('/');
  const { namespace: parent } = await locate(store, above === '' ? 'sys/' : `${above}/sys/`);
  const name = path.slice(parent.path.length);
  const child = await childAt(store, parent, name);
  if (!child) throw refusal('requested namespace does not exist');
  const change: Update = { update: treeKey(parent.id, name), add: { version: 1 }, if: child.unchanged };
  return { namespace: child.namespace, change };
}
