/** Deletes a namespace: marks it, so that it refuses everything from now on, and leaves the rest to a workflow. */

import type { Deps } from '../ports/deps.ts';
import { PRESENT } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { type Child, childAt, listChildren } from './findChild.ts';
import type { Namespace } from './namespace.ts';
import { hasChildren } from './namespaceErrors.ts';
import { namespaceTeardown, startTeardown } from './teardownRecord.ts';

/**
 * @param name with a trailing slash
 * @returns false when there is no such namespace; one that is being deleted already is left to that
 * @throws VaultError 400 while it has child namespaces
 */
export function deleteNamespace(deps: Deps, parent: Namespace, name: string): Promise<boolean> {
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    if (!child) return false;
    if (child.namespace.deleting) return true;
    if ((await listChildren(deps.store, child.namespace)).length > 0) throw hasChildren();
    await mark(deps, parent, name, child);
    return true;
  });
}

/** @throws ConditionFailed when the namespace changed since it was read, as it does when it gets a child */
async function mark(
  deps: Deps,
  parent: Namespace,
  name: string,
  { namespace, unchanged }: Child,
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
