/**
 * The record of a bulk run, the progress of its chunks, and their transitions. Pure.
 *
 * The run and the progress of its chunks share a partition, so one query reads them. The outcome of each move is in
 * the record of its migration.
 */

import { OVERDUE_MS } from '../limits.ts';
import { ABSENT, type Condition, type Item, PRESENT, type Put, type Update } from '../ports/store.ts';
import type { Requester } from '../remount/migration.ts';
import type { NodeState } from '../remount/onCluster.ts';
import { bulkProgressKey, migrationKey, openShard } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { failureLimit, type RunOptions } from './readRunRequest.ts';
import type { RunPolicyMode } from './runPolicyTexts.ts';

export interface BulkRun extends RunOptions {
  id: string;
  status: 'in-progress' | 'success' | 'failure';
  total: number;
  chunks: number;
  /** The namespace of the request. */
  namespacePath: string;
  /** Ids of the namespaces that see the run: that of the request, and those above it (R10). */
  visibleTo: string[];
  requestedBy: Requester;
  /** The run that this one undoes. */
  undoOf?: string | undefined;
  /** Number of the latest execution. */
  attempt: number;
  /** When the reconciler starts the next execution, in epoch milliseconds; absent when the run has ended. */
  nextLook?: number;
  /** All times are in epoch milliseconds. */
  createdAt: number;
  startedAt?: number;
  cancelledAt?: number;
  finishedAt?: number;
  cancelReason?: string;
  error?: { code: RunFailure; message: string };
  /** What it is to do with policies, if anything, and how far that has come: see `dueChange` in changePolicies.ts. */
  policies?: RunPolicyMode;
  policyStage?: 'ordered' | 'added' | 'settled';
  /** Paths of the namespaces that were locked when rules were to be added to their policies. Nothing moves there. */
  lockedOut?: string[];
  /** Why policies cannot be changed yet, and since when, in epoch milliseconds. */
  waiting?: { why: string; since: number };
  /** Why no mount is moved, although nobody has cancelled the run. */
  stopped?: { code: RunFailure; message: string };
  /** The nodes of the cluster after the last move, and since when one of them was stale. */
  nodes?: NodeState[];
  staleAt?: number;
  /** How often the active node was made to step down. */
  stepDowns?: number;
  /** How many seconds the record is kept after the run has ended. */
  retentionS: number;
}

type RunFailure =
  | 'moves_failed'
  | 'too_many_failures'
  | 'cancelled'
  | 'given_up'
  | 'nodes_stale'
  // A cluster does not let the run change policies.
  | 'policy_refused'
  | 'cluster_forbids'
  | 'cluster_unavailable';

/** How far one chunk has come. */
export interface Progress {
  chunk: number;
  /** Number of moves of the chunk. */
  rows: number;
  /** How many of them are decided: switched or failed. They are decided in their order. */
  cursor: number;
  succeeded: number;
  /** Moves whose mount is switched and whose leases are still being revoked; on a cluster, the move that it makes. */
  revoking: number;
  failed: number;
  leasesRevoked: number;
  leasesIrrevocable: number;
  /** When a move was decided last, in epoch milliseconds. */
  movedAt?: number;
  /** Why the next row cannot be started yet, and since when, in epoch milliseconds. */
  waiting?: { row: number; why: string; since: number };
  /** Set when the run ends early: no further move of the chunk is decided. */
  closed?: boolean;
}

const RUN = record<BulkRun>('bulk');
const PROGRESS = record<Progress>('progress');

/** The new run. This write accepts it. */
export function acceptedRun(run: BulkRun): Put {
  return { put: RUN.at(migrationKey(run.id), run, { open: openShard(run.id) }), if: ABSENT };
}

export function runOf(item: Item | undefined): BulkRun | undefined {
  return RUN.of(item);
}

/** @param ttl epoch seconds */
export function newProgress(id: string, chunk: number, rows: number, ttl: number): Put {
  const counts = { cursor: 0, succeeded: 0, revoking: 0, failed: 0, leasesRevoked: 0, leasesIrrevocable: 0 };
  return { put: PROGRESS.at(bulkProgressKey(id, chunk), { chunk, rows, ...counts }, { ttl }) };
}

export function progressOf(item: Item | undefined): Progress | undefined {
  return PROGRESS.of(item);
}

/** How many moves have which outcome. */
export type OutcomeCounts = Pick<Progress, 'succeeded' | 'revoking' | 'failed'>;

/** Counts the moves that a transaction decides. Fails if another execution has decided them, or closed the chunk. */
export function advanced(id: string, { chunk, cursor }: Progress, by: OutcomeCounts, now: number): Update {
  const moves = by.succeeded + by.revoking + by.failed;
  return {
    update: bulkProgressKey(id, chunk),
    set: { cursor: cursor + moves, movedAt: now },
    add: { ...by },
    if: { cursor, closed: { absent: true } },
  };
}

/** Closes the chunk: no execution can decide further moves. So a run that has ended changes nothing more (R6). */
export function chunkClosed(id: string, { chunk }: Progress): Update {
  return { update: bulkProgressKey(id, chunk), set: { closed: true }, if: PRESENT };
}

/** All leases of the moves of a chunk are revoked: moves that were revoking have succeeded. */
export function chunkRevoked(
  id: string,
  { chunk, revoking }: Progress,
  leases: { revoked: number; irrevocable: number },
): Update {
  return {
    update: bulkProgressKey(id, chunk),
    set: { revoking: 0 },
    add: { succeeded: revoking, leasesRevoked: leases.revoked, leasesIrrevocable: leases.irrevocable },
    if: { revoking },
  };
}

/** The cluster is told to make the move at the cursor. Fails if it makes another one of the chunk. */
export function rowStarted(id: string, progress: Progress, now: number): Update {
  const started = advanced(id, progress, { succeeded: 0, revoking: 1, failed: 0 }, now);
  return { ...started, if: { ...started.if, revoking: 0 } };
}

/** The move before the cursor has ended. Fails if another execution has counted it. */
export function rowEnded(
  id: string,
  { chunk, cursor }: Progress,
  outcome: { isSuccess: boolean; revoked: number; irrevocable: number },
  now: number,
): Update {
  const { isSuccess, revoked, irrevocable } = outcome;
  return {
    update: bulkProgressKey(id, chunk),
    set: { revoking: 0, movedAt: now },
    add: {
      succeeded: Number(isSuccess),
      failed: Number(!isSuccess),
      leasesRevoked: revoked,
      leasesIrrevocable: irrevocable,
    },
    if: { revoking: 1, cursor },
  };
}

/** The next row cannot be started yet. */
export function rowWaits(id: string, { chunk, cursor }: Progress, waiting: Progress['waiting']): Update {
  return { update: bulkProgressKey(id, chunk), set: { waiting }, if: { cursor } };
}

/**
 * All policies of the run have come to this stage. Fails if another execution has noted that before.
 * @param lockedOut as in the record
 */
export function policiesCome(
  { id, policyStage: before = 'ordered' }: BulkRun,
  policyStage: 'added' | 'settled',
  lockedOut: readonly string[] = [],
): Update {
  const open: Condition = { open: { present: true }, policyStage: before };
  const facts = { policyStage, ...(lockedOut.length > 0 && { lockedOut }) };
  return { ...change(id, facts), remove: ['waiting'], if: open };
}

/** Policies cannot be changed yet. */
export function runWaits(id: string, waiting: NonNullable<BulkRun['waiting']>): Update {
  return change(id, { waiting });
}

/** No mount is going to be moved. */
export function runStopped(id: string, stopped: NonNullable<BulkRun['stopped']>): Update {
  return { ...change(id, { stopped }), remove: ['waiting'] };
}

/** What the nodes of the cluster show after the last move. */
export function nodesSeen(id: string, nodes: NodeState[], staleAt: number | undefined): Update {
  return change(id, { nodes, ...(staleAt !== undefined && { staleAt }) });
}

/** The active node is about to be made to step down. */
export function steppedDown({ id, stepDowns = 0 }: BulkRun): Update {
  return change(id, { stepDowns: stepDowns + 1 });
}

/** A heartbeat of a step: moves the time at which the reconciler starts the next execution. */
export function runHeartbeat(id: string, nextLook: number): Update {
  return change(id, { nextLook });
}

export function runStarted(id: string, now: number): Update {
  return { ...change(id, { startedAt: now }), if: { open: { present: true }, startedAt: { absent: true } } };
}

/** From now on no further group is started. */
export function runCancelled(id: string, now: number, cancelReason: string | undefined): Update {
  const facts = { cancelledAt: now, ...(cancelReason && { cancelReason }) };
  return { ...change(id, facts), if: { open: { present: true }, cancelledAt: { absent: true } } };
}

/** Sets the terminal status of the run, which never changes (R6). */
export function runEnded(run: BulkRun, error: BulkRun['error'], now: number): Update {
  const facts = { status: error ? 'failure' : 'success', finishedAt: now, ...(error && { error }) };
  const ttl = Math.ceil(now / 1_000) + run.retentionS;
  return { ...change(run.id, { ...facts, ttl }), remove: ['open', 'nextLook'] };
}

function change(id: string, set: Record<string, unknown>): Update {
  return { update: migrationKey(id), set, if: { open: { present: true } } };
}

/** When the reconciler starts the next execution of a run that is accepted now, in epoch milliseconds. */
export function firstLook(now: number): number {
  return now + OVERDUE_MS;
}

/** The sums over all chunks of a run. */
export type RunCounts = OutcomeCounts & {
  total: number;
  decided: number;
  leasesRevoked: number;
  leasesIrrevocable: number;
};

export function countsOf({ total }: BulkRun, chunks: Progress[]): RunCounts {
  const sum = (of: (progress: Progress) => number) => chunks.reduce((all, progress) => all + of(progress), 0);
  return {
    total,
    decided: sum(({ cursor }) => cursor),
    succeeded: sum(({ succeeded }) => succeeded),
    revoking: sum(({ revoking }) => revoking),
    failed: sum(({ failed }) => failed),
    leasesRevoked: sum(({ leasesRevoked }) => leasesRevoked),
    leasesIrrevocable: sum(({ leasesIrrevocable }) => leasesIrrevocable),
  };
}

/** Why no further group is started; undefined if the run goes on. */
export function stopOf(run: BulkRun, { total, failed }: RunCounts): BulkRun['error'] {
  if (run.cancelledAt !== undefined) return { code: 'cancelled', message: 'the run was cancelled' };
  if (run.stopped) return run.stopped;
  const limit = failureLimit(run.toleratedFailures, total) ?? total;
  if (failed <= limit) return undefined;
  const message = `${failed} of ${total} moves have failed, and ${run.toleratedFailures} are tolerated`;
  return { code: 'too_many_failures', message };
}
