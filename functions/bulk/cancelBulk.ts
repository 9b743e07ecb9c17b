/** Cancels a run: no further group is begun; what is switched stays switched. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { cancelled } from './bulkRun.ts';
import { runHasEnded } from './errors.ts';
import { type ReadRun, readRun } from './readRun.ts';

/**
 * Cancelling what is cancelled changes nothing.
 * @returns the run as it is afterwards
 * @throws VaultError 409 when the run has ended
 */
export async function cancelBulk(
  { store, clock }: Deps,
  { run }: ReadRun,
  reason: string | undefined,
): Promise<ReadRun> {
  try {
    await store.commit([cancelled(run.id, clock.now(), reason)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
  const after = await readRun(store, run.id);
  if (after?.run.cancelledAt === undefined) throw runHasEnded(run.id);
  return after;
}
