/** Commits a transition that another execution of the same step may have committed already. */

import { ConditionFailed, type Store, type Write } from '../ports/store.ts';

/** If a condition fails, the transition has been committed already, and nothing is left to do. */
export async function commitUnlessDone(store: Pick<Store, 'commit'>, writes: Write[]): Promise<void> {
  try {
    await store.commit(writes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
