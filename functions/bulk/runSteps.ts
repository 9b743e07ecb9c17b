/** The first and the last state of the workflow of a run (statemachine/bulk.asl.json). */

import { MAX_BULK_ATTEMPTS, MAX_BULK_LOOKS, MAX_BULK_PAUSE_S, OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { leasesGone } from '../remount/migration.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { unlessMade } from '../store/unlessMade.ts';
import {
  type BulkRun,
  closed,
  ended,
  type Progress,
  progressOf,
  seen,
  settled,
  started,
  stopOf,
} from './bulkRun.ts';
import type { ChunkPart } from './chunkStep.ts';
import { migrationsOf } from './migrationsOf.ts';
import { type ReadRun, readRows, readRun } from './readRun.ts';

/** What is to be worked on: every chunk, so many at once. */
export interface Begun {
  id: string;
  chunks: ChunkPart[];
  maxConcurrency: number;
  /** How often this execution has looked whether all is done. */
  looks: number;
}

/** What the last state says: whether the execution is over, and otherwise how long to wait before it looks again. */
export interface Looked {
  id: string;
  done: boolean;
  seconds: number;
  looks: number;
}

/** First state: tells the chunks that are not done. */
export async function beginStep(deps: Deps, id: string): Promise<Begun> {
  const read = await readRun(deps.store, id);
  const { maxConcurrency = 1, status } = read?.run ?? {};
  if (!read || status !== 'in-progress') return { id, chunks: [], maxConcurrency, looks: 0 };
  await unlessMade(deps.store, [started(id, deps.clock.now())]);
  const open = read.run.attempt > MAX_BULK_ATTEMPTS ? [] : read.progress.filter(isOpen);
  const chunks = open.map(({ chunk }) => ({ id, chunk, done: false }));
  return { id, chunks, maxConcurrency, looks: 0 };
}

/**
 * Last state: ends the run when all of its migrations have ended. For those whose leases are being revoked it waits,
 * with growing pauses; an execution that has waited for an hour leaves the rest to the next one.
 */
export async function completeStep(deps: Deps, { id, looks }: Pick<Begun, 'id' | 'looks'>): Promise<Looked> {
  const found = await readRun(deps.store, id);
  if (found?.run.status !== 'in-progress') return { id, done: true, seconds: 0, looks };
  const isGivenUp = found.run.attempt > MAX_BULK_ATTEMPTS;
  const isStopped = isGivenUp || stopOf(found.run, found.counts) !== undefined;
  if (!isStopped && found.progress.some(isOpen)) throw new Error('the chunks are not done');
  const read = isStopped ? await closeChunks(deps, found) : found;
  await severalAtOnce(
    read.progress.filter(({ revoking }) => revoking > 0),
    (progress) => settle(deps, read.run, progress),
  );
  const now = (await readRun(deps.store, id)) ?? read;
  if (now.counts.revoking > 0 && !isGivenUp) return lookAgain(deps, id, looks + 1);
  await unlessMade(deps.store, [ended(now.run, errorOf(now, isGivenUp), deps.clock.now())]);
  return { id, done: true, seconds: 0, looks };
}

function isOpen({ cursor, rows }: Progress): boolean {
  return cursor < rows;
}

/** @returns the run as no execution changes it any more */
async function closeChunks({ store }: Deps, found: ReadRun): Promise<ReadRun> {
  const { id } = found.run;
  await severalAtOnce(found.progress.filter(isOpen), (progress) => store.commit([closed(id, progress)]));
  return (await readRun(store, id)) ?? found;
}

/**
 * Counts the moves of a chunk as succeeded when the last of their leases is revoked. Another execution may be in the
 * middle of a group: how far the chunk is, a single read tells, since the query may have shown more than the migrations.
 */
async function settle(deps: Deps, { id }: BulkRun, { chunk }: Progress): Promise<void> {
  const progress = progressOf(await deps.store.get(bulkProgressKey(id, chunk)));
  if (!progress || progress.revoking === 0) return;
  const rows = (await readRows(deps.store, id, progress.chunk)).flatMap((page) => page.rows);
  const migrations = await migrationsOf(deps.store, id, rows.slice(0, progress.cursor));
  const known = migrations.filter((migration) => migration !== undefined);
  if (known.some(({ status }) => status === 'in-progress')) return;
  const revoked = known.reduce((sum, migration) => sum + leasesGone(migration), 0);
  const irrevocable = known.reduce((sum, { leasesIrrevocable }) => sum + leasesIrrevocable, 0);
  await unlessMade(deps.store, [settled(id, progress, { revoked, irrevocable })]);
}

async function lookAgain(deps: Deps, id: string, looks: number): Promise<Looked> {
  const seconds = Math.min(2 ** Math.min(looks - 1, 16), MAX_BULK_PAUSE_S);
  await unlessMade(deps.store, [seen(id, deps.clock.now() + seconds * 1_000 + OVERDUE_MS)]);
  return { id, done: looks >= MAX_BULK_LOOKS, seconds, looks };
}

/** What a run that is over says of the moves that were not made; a run of which all were says nothing. */
function errorOf({ run, counts }: ReadRun, isGivenUp: boolean): BulkRun['error'] {
  const { total, failed, decided } = counts;
  if (isGivenUp) {
    const message = `the run was given up after ${MAX_BULK_ATTEMPTS} attempts`;
    return { code: 'given_up', message };
  }
  if (failed === 0 && decided === total) return undefined;
  const message = `${failed} of ${total} moves have failed`;
  return stopOf(run, counts) ?? { code: 'moves_failed', message };
}
