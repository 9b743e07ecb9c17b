/** What is told of a bulk run, and of each of its moves. Pure. */

import type { Migration } from '../remount/migration.ts';
import { fullPath } from '../remount/migration.ts';
import { errorInfo } from '../remount/migrationInfo.ts';
import type { BulkInfo, RowInfo } from './answers.ts';
import type { BulkRun, Counts } from './bulkRun.ts';
import type { ReadRun } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/**
 * What is not known, or not so, is `null`.
 * @param now epoch milliseconds
 */
export function bulkInfo(read: ReadRun, now: number): BulkInfo {
  const { run, counts } = read;
  const { status, ...info } = runInfo(run);
  return {
    status,
    phase: phaseOf(run, counts),
    progress: progressInfo(read),
    eta_seconds: run.status === 'in-progress' ? etaOf(run, counts, now) : null,
    ...info,
  };
}

/** What the record of the run alone can tell. */
export function runInfo(run: BulkRun): Omit<BulkInfo, 'phase' | 'progress' | 'eta_seconds'> {
  const { requestedBy } = run;
  return {
    status: run.status,
    error: errorInfo(run.error),
    created_time: new Date(run.createdAt).toISOString(),
    started_time: timeOf(run.startedAt),
    cancelled_time: timeOf(run.cancelledAt),
    finished_time: timeOf(run.finishedAt),
    requested_by: {
      display_name: requestedBy.displayName,
      accessor: requestedBy.accessor,
      namespace: requestedBy.namespace,
    },
    reason: run.reason ?? null,
    cancel_reason: run.cancelReason ?? null,
    undo_of: run.undoOf ?? null,
    max_concurrency: run.maxConcurrency,
    tolerated_failures: run.toleratedFailures,
    atomic: run.atomic,
  };
}

function progressInfo({ run, counts }: ReadRun): BulkInfo['progress'] {
  const undecided = counts.total - counts.decided;
  const isOver = run.status !== 'in-progress';
  return {
    total: counts.total,
    succeeded: counts.succeeded,
    failed: counts.failed,
    skipped: isOver ? undecided : 0,
    in_progress: counts.revoking,
    pending: isOver ? 0 : undecided,
    leases_revoked: counts.leasesRevoked,
    leases_irrevocable: counts.leasesIrrevocable,
  };
}

function phaseOf({ status }: ReadRun['run'], { total, decided, revoking }: Counts): BulkInfo['phase'] {
  if (status !== 'in-progress') return 'done';
  if (decided === 0) return 'accepted';
  return revoking > 0 && decided === total ? 'revoking' : 'running';
}

/** As fast as until now; what the revocation of leases takes nobody can tell. */
function etaOf({ startedAt }: ReadRun['run'], { total, decided }: Counts, now: number): number | null {
  if (startedAt === undefined || decided === 0 || decided === total) return null;
  return Math.ceil(((now - startedAt) / 1_000 / decided) * (total - decided));
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** One move of a run, with the id of its migration, which is there once the move is decided. */
export type IdentifiedRow = RowInfo & { migration_id: string };

export function rowInfo({ run }: ReadRun, kept: KeptRow, migration: Migration | undefined): IdentifiedRow {
  const undecided = run.status === 'in-progress' ? 'pending' : 'skipped';
  return {
    row: kept.row,
    migration_id: migrationIdOf(run.id, kept.row),
    source_mount: fullPath(kept.source),
    target_mount: fullPath(kept.target),
    status: migration?.status ?? undecided,
    error: errorInfo(migration?.error),
    finished_time: timeOf(migration?.finishedAt),
  };
}
