/** Carries out a plan of the tree, with other writes in the same transaction. */

import { ConditionFailed, type Key, type Store, type Write } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { planTree, type TreeChange, thinnedForks } from './planTree.ts';

/**
 * Commits the changes, and `alongside` in the same transaction.
 * @throws ConditionFailed when the tree or what goes alongside is no longer what it was
 */
export async function changeTree(
  store: Store,
  changes: TreeChange[],
  alongside: Write[] = [],
): Promise<void> {
  await store.commit([...alongside, ...planTree(changes)]);
  await clearEmptyForks(store, thinnedForks(changes));
}

/** An empty fork counts as nothing everywhere; it is cleared so that none pile up. One that counts is left. */
export async function clearEmptyForks(store: Store, forks: Key[]): Promise<void> {
  for (const { pk, sk } of forks) {
    try {
      await store.commit([{ delete: treeKey(pk, sk), if: { kind: 'fork', count: { atMost: 0 } } }]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}
