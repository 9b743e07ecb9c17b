/**
 * Has a namespace serve again that was marked to be deleted, when something came into it at the same moment: nothing
 * is lost, and whoever deleted it sees that it is still there.
 */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, PRESENT } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { nameOf } from './namespace.ts';

interface Place {
  namespaceId: string;
  parentId: string;
  /** In the tree of the parent. */
  name: string;
}

export async function restoreNamespace(
  { store, log }: Pick<Deps, 'store' | 'log'>,
  { namespaceId, parentId, name }: Place,
): Promise<void> {
  const isIt = { kind: 'namespace', id: namespaceId };
  try {
    await store.commit([
      { update: treeKey(parentId, name), add: { version: 1 }, remove: ['deleting'], if: isIt },
      { update: namespaceKey(namespaceId), remove: ['deleting'], if: PRESENT },
    ]);
    log.warn('a namespace is not deleted, since something came into it just then', {
      namespace: namespaceId,
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/**
 * After a mount came into a namespace: the mark may have come between the look at the namespace and the switch, whose
 * transaction has no condition on it, or moves into one namespace would keep each other out. The deletion clears
 * nothing before the longest life of a request is over.
 */
export async function keepNamespace(deps: Pick<Deps, 'store' | 'log'>, namespaceId: string): Promise<void> {
  if (namespaceId === 'root') return;
  const record = await deps.store.get(namespaceKey(namespaceId));
  if (record?.deleting !== true) return;
  const name = nameOf(record.path as string);
  await restoreNamespace(deps, { namespaceId, parentId: record.parentId as string, name });
}
