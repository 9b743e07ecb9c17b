/** Commits what another execution of the same step may have committed before. */

import { ConditionFailed, type Store, type Write } from '../ports/store.ts';

/** A transition that is made already is made: its condition fails, and nothing is left to do. */
export async function unlessMade(store: Pick<Store, 'commit'>, writes: Write[]): Promise<void> {
  try {
    await store.commit(writes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
