/** Deletes a namespace at once: its name is free, and no request reaches it. A workflow removes its contents. */

import { refusal } from '../http/errors.ts';
import { SETTLE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { PRESENT } from '../ports/store.ts';
import { namespaceKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree } from './changeTree.ts';
import { closings } from './closedNamespace.ts';
import { type ChildNamespace, childAt, listChildren } from './findNamespace.ts';
import type { Namespace } from './namespace.ts';
import { namespaceTeardown, startTeardown } from './teardownRecord.ts';

/**
 * @param name with a trailing slash
 * @returns false when there is no such namespace
 * @throws VaultError 400 while it has child namespaces
 * @throws StoreBusy when others keep changing the namespace
 */
export function deleteNamespace(deps: Deps, parent: Namespace, name: string): Promise<boolean> {
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    if (!child) return false;
    // A listing may show a transaction half done. A child that was made before this pause is in the listing, and one
    // that is made later raises the version of its parent.
    await deps.clock.sleep(SETTLE_MS);
    if ((await listChildren(deps.store, child.namespace)).length > 0) {
      throw refusal('unable to delete namespace containing child namespaces');
    }
    await remove(deps, parent, name, child);
    return true;
  });
}

/** @throws ConditionFailed when the namespace has changed since it was read; a new child changes it, too */
async function remove(
  deps: Deps,
  parent: Namespace,
  name: string,
  { namespace, unchanged }: ChildNamespace,
): Promise<void> {
  const { id, write } = namespaceTeardown(deps, namespace);
  await changeTree(
    deps.store,
    [{ namespaceId: parent.id, path: name, before: unchanged }],
    [{ delete: namespaceKey(namespace.id), if: PRESENT }, ...closings(namespace.id), write],
  );
  await startTeardown(deps, id);
}
