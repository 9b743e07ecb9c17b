/**
 * The record of a bulk run, and what can be said of a run from it and from the progress of its chunks. Pure.
 *
 * The run and the progress of all its chunks lie in one partition and are read by one query. What has come of each
 * move is the record of its own migration.
 */

import { OVERDUE_MS } from '../limits.ts';
import { ABSENT, type Item, PRESENT, type Put, type Update } from '../ports/store.ts';
import type { Requester } from '../remount/migration.ts';
import { bulkProgressKey, migrationKey, openShard } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { failureLimit, type Wishes } from './readOrder.ts';

export interface BulkRun extends Omit<Wishes, 'dryRun'> {
  id: string;
  status: 'in-progress' | 'success' | 'failure';
  total: number;
  chunks: number;
  /** What the paths of the request were relative to. */
  namespacePath: string;
  /** The namespace of the request, and those above: who may see the run (R10). */
  visibleTo: string[];
  requestedBy: Requester;
  /** The run that this one takes back. */
  undoOf?: string | undefined;
  /** Number of the latest execution. */
  attempt: number;
  /** Epoch milliseconds; absent when nothing is left to do. */
  nextLook?: number;
  /** All times in epoch milliseconds. */
  createdAt: number;
  startedAt?: number;
  cancelledAt?: number;
  finishedAt?: number;
  cancelReason?: string;
  error?: { code: RunFailure; message: string };
  /** Seconds for which the record is kept when the run has ended. */
  retentionS: number;
}

type RunFailure = 'moves_failed' | 'too_many_failures' | 'cancelled' | 'given_up';

/** How far one chunk has come. */
export interface Progress {
  chunk: number;
  /** Moves of the chunk, and how many of them are decided; they are decided in their order. */
  rows: number;
  cursor: number;
  succeeded: number;
  /** Moves whose mount is switched and whose leases are being revoked. */
  revoking: number;
  failed: number;
  leasesRevoked: number;
  leasesIrrevocable: number;
  /** Epoch milliseconds of the latest decision. */
  movedAt?: number;
  /** Whether no further move of the chunk is decided, since the run is about to end without them. */
  closed?: boolean;
}

const RUN = record<BulkRun>('bulk');
const PROGRESS = record<Progress>('progress');

/** The run as it begins: this write is what accepts it. */
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

/** What a group adds to the progress of its chunk. */
export type Outcome = Pick<Progress, 'succeeded' | 'revoking' | 'failed'>;

/** So many more moves are decided; the condition fails when another execution has decided them, or closed the chunk. */
export function advanced(id: string, { chunk, cursor }: Progress, by: Outcome, now: number): Update {
  const moves = by.succeeded + by.revoking + by.failed;
  return {
    update: bulkProgressKey(id, chunk),
    set: { cursor: cursor + moves, movedAt: now },
    add: { ...by },
    if: { cursor, closed: { absent: true } },
  };
}

/** What is not decided by now never is, whoever still works on it: a run that has ended changes no more (R6). */
export function closed(id: string, { chunk }: Progress): Update {
  return { update: bulkProgressKey(id, chunk), set: { closed: true }, if: PRESENT };
}

/** All leases that the moves of a chunk have left are revoked. */
export function settled(
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

/** A sign of life of a step. */
export function seen(id: string, nextLook: number): Update {
  return change(id, { nextLook });
}

export function started(id: string, now: number): Update {
  return { ...change(id, { startedAt: now }), if: { open: { present: true }, startedAt: { absent: true } } };
}

/** From now on no further group is begun. */
export function cancelled(id: string, now: number, cancelReason: string | undefined): Update {
  const facts = { cancelledAt: now, ...(cancelReason && { cancelReason }) };
  return { ...change(id, facts), if: { open: { present: true }, cancelledAt: { absent: true } } };
}

/** The terminal status of the run, which never changes. */
export function ended(run: BulkRun, error: BulkRun['error'], now: number): Update {
  const facts = { status: error ? 'failure' : 'success', finishedAt: now, ...(error && { error }) };
  const ttl = Math.ceil(now / 1_000) + run.retentionS;
  return { ...change(run.id, { ...facts, ttl }), remove: ['open', 'nextLook'] };
}

function change(id: string, set: Record<string, unknown>): Update {
  return { update: migrationKey(id), set, if: { open: { present: true } } };
}

/** The next look of a run that is begun now. */
export function firstLook(now: number): number {
  return now + OVERDUE_MS;
}

export type Counts = Outcome & {
  total: number;
  decided: number;
  leasesRevoked: number;
  leasesIrrevocable: number;
};

export function countsOf({ total }: BulkRun, chunks: Progress[]): Counts {
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

/** Why no further move is begun, if that is so. */
export function stopOf(run: BulkRun, { total, failed }: Counts): BulkRun['error'] {
  if (run.cancelledAt !== undefined) return { code: 'cancelled', message: 'the run was cancelled' };
  const limit = failureLimit(run.toleratedFailures, total) ?? total;
  if (failed <= limit) return undefined;
  const message = `${failed} of ${total} moves have failed, and ${run.toleratedFailures} are tolerated`;
  return { code: 'too_many_failures', message };
}
