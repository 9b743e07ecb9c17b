/** Carries out a plan of the tree, with other writes in the same transaction. */

import { tooLarge } from '../http/errors.ts';
import { MAX_TREE_ENTRY_BYTES } from '../limits.ts';
import { ConditionFailed, type Key, type Store, type Write } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { planTree, type TreeChange, thinnedForks } from './planTree.ts';

/**
 * Commits the changes, and `alongside` in the same transaction.
 * @throws ConditionFailed when the tree has changed since it was read, or a condition of `alongside` fails
 */
export async function changeTree(
  store: Store,
  changes: TreeChange[],
  alongside: Write[] = [],
): Promise<void> {
  await store.commit([...alongside, ...planTree(changes)]);
  await clearEmptyForks(store, thinnedForks(changes));
}

/** Deletes the forks that are empty. All code treats an empty fork as absent; this keeps their number small. */
export async function clearEmptyForks(store: Store, forks: Key[]): Promise<void> {
  for (const { pk, sk } of forks) {
    try {
      await store.commit([{ delete: treeKey(pk, sk), if: { kind: 'fork', count: { atMost: 0 } } }]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/**
 * Keeps the entries of the tree small: a request reads one a namespace, and a move writes them.
 * @param settings the mount, or the metadata of a namespace
 * @throws VaultError 413
 */
export function checkEntrySize(settings: object): void {
  if (Buffer.byteLength(JSON.stringify(settings)) <= MAX_TREE_ENTRY_BYTES) return;
  throw tooLarge(`the settings are longer than ${MAX_TREE_ENTRY_BYTES} bytes`);
}
