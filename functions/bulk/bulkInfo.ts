/** What is told of a bulk run, and of each of its moves. Pure. */

import type { Shape } from '../http/shape.ts';
import type { Migration } from '../remount/migration.ts';
import { errorInfo } from '../remount/migrationInfo.ts';
import { fullPath } from '../remount/switchMount.ts';
import type { BulkRun, Counts } from './bulkRun.ts';
import type { ReadRun } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

type Info = Record<string, unknown>;

const ERROR = [{ code: 'string', message: 'string' }, null] as const satisfies Shape;

export const BULK_INFO = {
  status: 'string',
  phase: 'string',
  progress: {
    total: 'int',
    succeeded: 'int',
    failed: 'int',
    skipped: 'int',
    in_progress: 'int',
    pending: 'int',
    leases_revoked: 'int',
    leases_irrevocable: 'int',
  },
  eta_seconds: ['int', null],
  error: ERROR,
  created_time: 'string',
  started_time: ['string', null],
  cancelled_time: ['string', null],
  finished_time: ['string', null],
  requested_by: { display_name: 'string', accessor: 'string', namespace: 'string' },
  reason: ['string', null],
  cancel_reason: ['string', null],
  undo_of: ['string', null],
  max_concurrency: 'int',
  tolerated_failures: 'string',
  atomic: 'bool',
} as const satisfies Shape;

/**
 * What is not known, or not so, is `null`.
 * @param now epoch milliseconds
 */
export function bulkInfo(read: ReadRun, now: number): Info {
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
export function runInfo(run: BulkRun): Info {
  const { requestedBy } = run;
  return {
    status: run.status,
    error: errorInfo(run.error),
    created_time: timeOf(run.createdAt),
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

function progressInfo({ run, counts }: ReadRun): Info {
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

function phaseOf({ status }: ReadRun['run'], { total, decided, revoking }: Counts): string {
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
export interface RowInfo {
  row: number;
  migration_id: string;
  source_mount: string;
  target_mount: string;
  status: 'success' | 'failure' | 'in-progress' | 'pending' | 'skipped';
  error: { code: string; message: string } | null;
  finished_time: string | null;
}

/** A move in a list, where its id is the key. */
export const ROW_INFO = {
  row: 'int',
  source_mount: 'string',
  target_mount: 'string',
  status: 'string',
  error: ERROR,
  finished_time: ['string', null],
} as const satisfies Shape;

export function rowInfo({ run }: ReadRun, kept: KeptRow, migration: Migration | undefined): RowInfo {
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
