/**
 * Makes a cluster carry out the rows of a chunk, one after the other. Each row is a migration with a workflow of its own,
 * which is started and waited for.
 */

import { logUnanswered } from '../cluster/logUnanswered.ts';
import { growing } from '../cluster/work.ts';
import { VaultError } from '../http/errors.ts';
import { FIRST_LOOK_MS, MAX_BULK_PAUSE_S, PAUSE_WITHIN_STEP_MS } from '../limits.ts';
import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import { ConditionFailed } from '../ports/store.ts';
import { leasesGone } from '../remount/leaseProgress.ts';
import type { Failure } from '../remount/migration.ts';
import { readMigration } from '../remount/readMigration.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { type Progress, rowEnded, rowWaits } from './bulkRun.ts';
import { migrationsOf } from './readRun.ts';
import { clusterForbidsRow, rowBeforeFailed, waitedTooLong } from './rowFailures.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';
import { startRow } from './startRow.ts';
import { failTogether, type Stand } from './switchGroup.ts';

/**
 * Waits for the move that is under way, or decides the next one.
 * @param rowAt the row at a position of the chunk
 * @param until epoch milliseconds after which it waits no more
 * @returns milliseconds until there is more to do; 0 for at once
 */
export async function moveRow(
  stand: Stand,
  rowAt: (position: number) => Promise<KeptRow>,
  until: number,
): Promise<number> {
  const { cursor, revoking } = stand.progress;
  if (revoking > 0) return watchRow(stand, await rowAt(cursor - 1), until);
  const row = await rowAt(cursor);
  try {
    const before = await failedBefore(stand, row);
    const failure = before === undefined ? await startRow(stand, row) : rowBeforeFailed(before);
    if (failure) await fail(stand, row, failure);
    return 0;
  } catch (error) {
    if (error instanceof ClusterForbids || error instanceof ClusterUnavailable)
      logUnanswered(stand.deps.log, stand.run.id, error);
    if (error instanceof ClusterForbids) await fail(stand, row, clusterForbidsRow(error.message));
    else if (error instanceof ClusterUnavailable || error instanceof VaultError)
      return waitFor(stand, row, error.message);
    else throw error;
    return 0;
  }
}

/** Looks at the migration of a row until it has ended. Only its record is read meanwhile. */
async function watchRow(stand: Stand, { row }: KeptRow, until: number): Promise<number> {
  const { deps, run, progress } = stand;
  const id = migrationIdOf(run.id, row);
  for (;;) {
    if (await countIfEnded(stand, id)) return 0;
    const now = deps.clock.now();
    const pause = growing(progress.movedAt ?? now, now, FIRST_LOOK_MS, MAX_BULK_PAUSE_S * 1_000);
    if (pause > PAUSE_WITHIN_STEP_MS || now + pause >= until) return pause;
    await deps.clock.sleep(pause);
  }
}

/**
 * Counts the move before the cursor if it has ended.
 * @param id of its migration
 */
export async function countIfEnded(
  { deps, run, progress }: Pick<Stand, 'run' | 'progress'> & { deps: Pick<Stand['deps'], 'store' | 'clock'> },
  id: string,
): Promise<boolean> {
  const migration = await readMigration(deps, id);
  if (!migration) throw new TypeError('a row was started without its migration');
  if (migration.status === 'in-progress') return false;
  const outcome = {
    isSuccess: migration.status === 'success',
    revoked: leasesGone(migration),
    irrevocable: migration.leasesIrrevocable,
  };
  await commitUnlessDone(deps.store, [rowEnded(run.id, progress, outcome, deps.clock.now())]);
  return true;
}

/** @returns the number of a row that had to succeed before this one, and has failed */
async function failedBefore({ deps, run, progress }: Stand, row: KeptRow): Promise<number | undefined> {
  const { after = [] } = row;
  if (after.length === 0 || progress.failed === 0) return undefined;
  const migrations = await migrationsOf(
    deps.store,
    run.id,
    after.map((number) => ({ row: number })),
  );
  return after.find((_, i) => migrations[i]?.status !== 'success');
}

/** Fails the row, unless another execution has decided it, or the run has ended. */
async function fail(stand: Stand, row: KeptRow, failure: Failure): Promise<void> {
  try {
    await failTogether(stand, [row], [row, failure]);
  } catch (error) {
    const { run, progress } = stand;
    const isDecided =
      error instanceof ConditionFailed && error.failedAt(bulkProgressKey(run.id, progress.chunk));
    if (!isDecided) throw error;
  }
}

/** A cluster that does not answer is waited for; nothing has been asked of it yet. */
async function waitFor(stand: Stand, row: KeptRow, why: string): Promise<number> {
  const { deps, run, progress } = stand;
  const now = deps.clock.now();
  const since = waitingSince(progress, row) ?? now;
  const failure = waitedTooLong(why, now - since);
  if (failure) {
    await fail(stand, row, failure);
    return 0;
  }
  await commitUnlessDone(deps.store, [rowWaits(run.id, progress, { row: row.row, why, since })]);
  return growing(since, now, PAUSE_WITHIN_STEP_MS, MAX_BULK_PAUSE_S * 1_000);
}

function waitingSince({ waiting }: Progress, { row }: KeptRow): number | undefined {
  return waiting?.row === row ? waiting.since : undefined;
}
