/** Deletes a namespace: marks it, so that it refuses everything from now on. A workflow removes the rest. */

import { refusal } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { PRESENT } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { type ChildNamespace, childAt, listChildren } from './findNamespace.ts';
import type { Namespace } from './namespace.ts';
import { namespaceTeardown, startTeardown } from './teardownRecord.ts';

/**
 * @param name with a trailing slash
 * @returns false when there is no such namespace; one that is being deleted stays as it is
 * @throws VaultError 400 while it has child namespaces
 * @throws StoreBusy when others keep changing the namespace
 */
export function deleteNamespace(deps: Deps, parent: Namespace, name: string): Promise<boolean> {
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    if (!child) return false;
    if (child.namespace.deleting) return true;
    if ((await listChildren(deps.store, child.namespace)).length > 0) {
      throw refusal('unable to delete namespace containing child namespaces');
    }
    await mark(deps, parent, name, child);
    return true;
  });
}

/** @throws ConditionFailed when the namespace has changed since it was read; a new child changes it, too */
async function mark(
  deps: Deps,
  parent: Namespace,
  name: string,
  { namespace, unchanged }: ChildNamespace,
): Promise<void> {
  const { id, write } = namespaceTeardown(deps, namespace);
  const set = { deleting: true };
  await deps.store.commit([
    { update: treeKey(parent.id, name), set, add: { version: 1 }, if: unchanged },
    { update: namespaceKey(namespace.id), set, if: PRESENT },
    write,
  ]);
  await startTeardown(deps, id);
}
