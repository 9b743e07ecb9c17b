/** Cancels the deletion of a namespace that a mount or child namespace came into at the moment of the mark. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, PRESENT } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { nameOf } from './namespace.ts';

interface Place {
  namespaceId: string;
  parentId: string;
  /** With a trailing slash: its key in the tree of the parent. */
  name: string;
}

/**
 * Removes the mark, so that the namespace serves again. Nothing is lost: a deletion removes nothing at first. Does
 * nothing if the namespace has been deleted meanwhile.
 */
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
    log.warn('a namespace is not deleted: a mount or child namespace came into it meanwhile', {
      namespace: namespaceId,
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/**
 * Called after a mount was moved into a namespace. The namespace may have been marked after the switch read it: the
 * transaction of the switch has no condition on the namespace, because moves into one namespace would then block each
 * other. A deletion removes nothing before the longest life of a request is over (architecture §10), so this comes in
 * time.
 */
export async function keepNamespace(deps: Pick<Deps, 'store' | 'log'>, namespaceId: string): Promise<void> {
  if (namespaceId === 'root') return;
  const record = await deps.store.get(namespaceKey(namespaceId));
  if (record?.deleting !== true) return;
  const name = nameOf(record.path as string);
  await restoreNamespace(deps, { namespaceId, parentId: record.parentId as string, name });
}
