/**
 * Decides the moves of one group of a bulk run in one transaction: it switches or fails them, records their migrations
 * and advances the progress of the chunk. An execution that repeats it finds the progress advanced, and changes nothing.
 */

import { LONGEST_BULK_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { listings } from '../remount/listing.ts';
import {
  acceptance,
  after,
  type Failure,
  failed,
  type Migration,
  newMigration,
} from '../remount/migration.ts';
import { commitSwitches, switchOf } from '../remount/switchTogether.ts';
import type { Mount } from '../tree/mount.ts';
import { advanced, type BulkRun, type Progress } from './bulkRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/** What a step has read before it decides a group. */
export interface Stand {
  deps: Deps;
  run: BulkRun;
  progress: Progress;
}

/** The row that cannot be switched, and why. */
export type FailedRow = [row: KeptRow, failure: Failure];

/**
 * @returns the migrations; those with leases to revoke are still in progress
 * @throws ConditionFailed at the chunk's progress when another execution has decided the group, elsewhere when a mount
 *   or a target has changed
 */
export async function switchGroup(
  { deps, run, progress }: Stand,
  mounts: ReadonlyMap<KeptRow, Mount>,
): Promise<Migration[]> {
  const now = deps.clock.now();
  const switches = [...mounts].map(([row, mount]) => switchOf(acceptedOf(run, row), mount, now));
  const migrations = switches.map(({ migration, transition }) => after(migration, transition));
  await deps.store.putMany(migrations.flatMap(listings));
  const open = migrations.filter(({ status }) => status === 'in-progress').length;
  const outcome = { succeeded: migrations.length - open, revoking: open, failed: 0 };
  const records = [advanced(run.id, progress, outcome, now), ...migrations.map(acceptance)];
  await commitSwitches(deps, switches, records);
  return migrations;
}

/**
 * Fails rows that are switched together or not at all. None of them has changed anything (R6).
 * @throws ConditionFailed when another execution has decided them
 */
export async function failTogether(
  { deps, run, progress }: Stand,
  rows: KeptRow[],
  [failedRow, failure]: FailedRow,
): Promise<void> {
  const now = deps.clock.now();
  const migrations = rows.map((row) => {
    const own = row === failedRow ? failure : companionOf(failedRow, failure);
    const accepted = acceptedOf(run, row);
    return after(accepted, failed(accepted, own, now));
  });
  await deps.store.putMany(migrations.flatMap(listings));
  const outcome = { succeeded: 0, revoking: 0, failed: rows.length };
  await deps.store.commit([advanced(run.id, progress, outcome, now), ...migrations.map(acceptance)]);
}

/** The failure of the other rows of a cycle, or of an atomic run. */
function companionOf({ row }: KeptRow, { code, message }: Failure): Failure {
  return { code, message: `goes together with row ${row}: ${message}` };
}

/**
 * The migration of a row as if a single request had been accepted. Its acceptance has the time of the run, so that its
 * place in the list of migrations never changes. Its record is kept longer than that of the run, whose report reads it.
 * On a cluster, the run itself waits for the nodes after its last move.
 */
export function acceptedOf(
  run: BulkRun,
  row: KeptRow,
  mount: Pick<Mount, 'uuid' | 'entry'> = { uuid: row.mountUuid },
): Migration {
  const { requestedBy, reason, createdAt: now } = run;
  const end = ({ namespaceId: id, namespacePath, lineage, path }: KeptRow['source']) => ({
    namespace: { id, path: namespacePath, lineage },
    path,
  });
  const order = {
    id: migrationIdOf(run.id, row.row),
    now,
    requestedBy,
    reason,
    retentionS: run.retentionS + LONGEST_BULK_S,
    bulkId: run.id,
    followedByRun: run.policies?.follows || undefined,
    undoOf: row.undoOf,
    onlyGeneration: row.onlyGeneration,
    clusterOptions: run.cluster && { ...run.cluster, staleNodes: 'report' as const, refreshNodes: false },
  };
  return newMigration(order, {
    mount,
    source: end(row.source),
    target: end(row.target),
  });
}
