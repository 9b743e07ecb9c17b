/** What is told of a bulk run, and of each of its moves. Pure. */

import type { Migration } from '../remount/migration.ts';
import { errorInfo } from '../remount/migrationInfo.ts';
import { fullPath } from '../remount/switchMount.ts';
import type { Counts } from './bulkRun.ts';
import type { Plan, PlannedMove } from './plan.ts';
import type { ReadRun } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

type Info = Record<string, unknown>;

/** Seconds that one transaction takes, about, with all that is read and written around it. */
const SECONDS_PER_GROUP = 0.05;

/**
 * What is not known, or not so, is `null`.
 * @param now epoch milliseconds
 */
export function bulkInfo(read: ReadRun, now: number): Info {
  const { run, counts } = read;
  const { requestedBy } = run;
  return {
    status: run.status,
    phase: phaseOf(run, counts),
    progress: progressInfo(read),
    eta_seconds: run.status === 'in-progress' ? etaOf(run, counts, now) : null,
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

/** What a dry run answers. */
export function planInfo({ chunks, problems }: Plan, maxConcurrency: number): Info {
  const moves = chunks.flat().sort((a, b) => a.row - b.row);
  const groups = chunks.map((chunk) => new Set(chunk.map(({ group }) => group)).size);
  const transactions = groups.reduce((sum, count) => sum + count, 0);
  const longest = Math.max(0, ...groups, transactions / maxConcurrency);
  return {
    total: moves.length,
    transactions,
    chunks: chunks.length,
    estimated_seconds: Math.ceil(longest * SECONDS_PER_GROUP),
    moves: moves.map(plannedInfo),
    problems: problems.map(({ row, from, to, message }) => ({ row, from, to, message })),
  };
}

function plannedInfo({ row, chunk, group, knot, mount, source, target }: PlannedMove): Info {
  return {
    row,
    source_mount: source.namespace.path + source.path,
    target_mount: target.namespace.path + target.path,
    chunk,
    group,
    knot,
    has_issued: mount.issued,
  };
}
