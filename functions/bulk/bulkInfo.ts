/** What clients are shown: a run, its rows, the plan of a dry run, and the announcement of its end. Pure. */

import type { Announcement } from '../ports/bus.ts';
import type { PlannedAlias } from '../remount/answers.ts';
import { fullPath, type Migration } from '../remount/migration.ts';
import { errorInfo } from '../remount/migrationInfo.ts';
import type { ClusterOptions } from '../remount/onCluster.ts';
import { crossesNamespaces } from '../remount/planMove.ts';
import { OPERATOR, type Reader, requesterInfo } from '../remount/requesterInfo.ts';
import type { BulkInfo, PlanInfo, RowInfo } from './answers.ts';
import type { BulkRun, Progress, RunCounts } from './bulkRun.ts';
import type { PackedMove, Plan } from './plan.ts';
import type { RunPreview } from './previewRun.ts';
import type { RunState } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';
import type { RunPolicy } from './runPolicy.ts';
import { runPolicyInfo } from './tellRunPolicies.ts';
import { conditionOf } from './unlessChanged.ts';

/**
 * A field without a value is `null`.
 * @param now epoch milliseconds
 * @param policies those of the run, if they are to be told
 */
export function bulkInfo(
  state: RunState,
  now: number,
  reader: Reader,
  policies?: readonly RunPolicy[],
): BulkInfo {
  const { run, counts } = state;
  const { status, ...info } = runInfo(run, reader);
  const cluster = run.cluster && clusterInfo(state, run.cluster);
  const told = policies && runPolicyInfo(run, policies, reader);
  return {
    status,
    phase: phaseOf(run, counts),
    progress: progressInfo(state),
    eta_seconds: run.status === 'in-progress' ? etaOf(run, counts, now) : null,
    ...info,
    ...(status === 'in-progress' && run.waiting && !cluster && { waiting_for: run.waiting.why }),
    ...(told && { policies: told }),
    ...(cluster && { cluster }),
  };
}

function clusterInfo({ run, progress }: RunState, options: ClusterOptions): NonNullable<BulkInfo['cluster']> {
  const isWaiting = ({ waiting, revoking }: Progress) => waiting !== undefined && revoking === 0;
  const waiting = run.waiting ?? progress.find(isWaiting)?.waiting;
  return {
    on_revoke_error: options.onRevokeError,
    drain_concurrency: options.drainConcurrency,
    max_refusal_s: options.maxRefusalS,
    allow_copy: options.allowCopy,
    stale_nodes: options.staleNodes,
    refresh_nodes: options.refreshNodes ? 'step-down' : 'none',
    waiting_for: run.status === 'in-progress' ? (waiting?.why ?? null) : null,
    nodes: run.nodes ?? [],
  };
}

/** The fields that follow from the record of the run alone. */
function runInfo(
  run: BulkRun,
  reader: Reader,
): Omit<BulkInfo, 'phase' | 'progress' | 'eta_seconds' | 'waiting_for' | 'policies' | 'cluster'> {
  const { requestedBy } = run;
  return {
    status: run.status,
    error: errorInfo(run.error),
    created_time: new Date(run.createdAt).toISOString(),
    started_time: timeOf(run.startedAt),
    cancelled_time: timeOf(run.cancelledAt),
    finished_time: timeOf(run.finishedAt),
    requested_by: requesterInfo(requestedBy, reader),
    reason: run.reason ?? null,
    cancel_reason: run.cancelReason ?? null,
    undo_of: run.undoOf ?? null,
    max_concurrency: run.maxConcurrency,
    tolerated_failures: run.toleratedFailures,
    atomic: run.atomic,
  };
}

function progressInfo({ run, counts }: RunState): BulkInfo['progress'] {
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

function phaseOf(
  { status, staleAt }: RunState['run'],
  { total, decided, revoking }: RunCounts,
): BulkInfo['phase'] {
  if (status !== 'in-progress') return 'done';
  if (decided === 0) return 'accepted';
  if (staleAt !== undefined) return 'propagating';
  return revoking > 0 && decided === total ? 'revoking' : 'running';
}

/** Seconds until the last switch, at the pace so far. How long the revocation of leases takes is unknown. */
function etaOf({ startedAt }: RunState['run'], { total, decided }: RunCounts, now: number): number | null {
  if (startedAt === undefined || decided === 0 || decided === total) return null;
  return Math.ceil(((now - startedAt) / 1_000 / decided) * (total - decided));
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** A row with the id of its migration. The migration exists once the row is decided. */
export type IdentifiedRow = RowInfo & { migration_id: string };

export function rowInfo({ run }: RunState, kept: KeptRow, migration: Migration | undefined): IdentifiedRow {
  const undecided = run.status === 'in-progress' ? 'pending' : 'skipped';
  return {
    row: kept.row,
    migration_id: migrationIdOf(run.id, kept.row),
    source_mount: fullPath(kept.source),
    target_mount: fullPath(kept.target),
    source_namespace: kept.source.namespacePath,
    target_namespace: kept.target.namespacePath,
    status: migration?.status ?? undecided,
    error: errorInfo(migration?.error),
    finished_time: timeOf(migration?.finishedAt),
  };
}

/** Seconds that one transaction takes, with its reads and writes: an estimate. */
const SECONDS_PER_GROUP = 0.05;
/** Seconds that a cluster takes for a mount without leases: an estimate. */
const SECONDS_PER_MOVE = 1;

/**
 * The answer to a dry run.
 * @param preview what is known beyond the plan
 */
export function planInfo(
  { chunks, problems }: Plan,
  maxConcurrency: number,
  { aliases, onCluster }: RunPreview,
): PlanInfo {
  const moves = chunks.flat().sort((a, b) => a.row - b.row);
  const groups = chunks.map((chunk) => new Set(chunk.map(({ group }) => group)).size);
  const transactions = groups.reduce((sum, count) => sum + count, 0);
  const longest = Math.max(0, ...groups, transactions / maxConcurrency);
  return {
    dry_run: true,
    total: moves.length,
    transactions,
    chunks: chunks.length,
    estimated_seconds: Math.ceil(longest * (onCluster ? SECONDS_PER_MOVE : SECONDS_PER_GROUP)),
    moves: moves.map((move) => ({
      ...moveInfo(move, aliases.get(move.row)),
      ...(onCluster && movedInfo(move, onCluster.leases)),
    })),
    ...(onCluster && { remarks: onCluster.remarks }),
    problems: problems.map(({ row, from, to, message }) => ({ row, from, to, message })),
  };
}

function moveInfo(move: PackedMove, aliases?: PlannedAlias[]): PlanInfo['moves'][number] {
  const { row, chunk, group, knot, mount, source, target } = move;
  return {
    row,
    source_mount: source.namespace.path + source.path,
    target_mount: target.namespace.path + target.path,
    source_namespace: source.namespace.path,
    target_namespace: target.namespace.path,
    chunk,
    group,
    knot,
    has_issued: mount.issued,
    unless_changed: conditionOf(move),
    ...(aliases && { aliases }),
  };
}

function movedInfo(
  move: PackedMove,
  leases: ReadonlyMap<number, number>,
): Partial<PlanInfo['moves'][number]> {
  const { row, after } = move;
  const counted = leases.get(row);
  return {
    ...(after && { after }),
    copies_keys: crossesNamespaces(move),
    ...(counted !== undefined && { leases: counted }),
  };
}

/**
 * The announcement that a run has ended. The outcome of each move is announced by its migration.
 * @param before the run before a write; undefined when it is new
 */
export function runAnnouncements(before: BulkRun | undefined, after: BulkRun): Announcement[] {
  const { id, finishedAt, namespacePath, total } = after;
  if (finishedAt === undefined || before?.finishedAt !== undefined) return [];
  const detail = {
    id: `${id}/finished`,
    bulk_id: id,
    namespace: namespacePath,
    total,
    ...runInfo(after, OPERATOR),
  };
  return [{ type: 'Bulk Finished', at: finishedAt, detail }];
}
