/** The steps of a run: what each state of its workflow does (statemachine/bulk.asl.json). */

import { MAX_BULK_ATTEMPTS, MAX_BULK_LOOKS, MAX_BULK_PAUSE_S, OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { leasesGone } from '../remount/leaseProgress.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { advance } from './advance.ts';
import {
  type BulkRun,
  chunkClosed,
  chunkRevoked,
  type Progress,
  progressOf,
  runEnded,
  runHeartbeat,
  runStarted,
  stopOf,
} from './bulkRun.ts';
import { findRun, migrationsOf, type RunState, readChunkRows, readRowPage } from './readRun.ts';
import type { KeptRow, RowPage } from './rowRecord.ts';

/** The open chunks of a run, and how many of them run at the same time. */
export interface OpenChunks {
  id: string;
  chunks: ChunkPart[];
  maxConcurrency: number;
  /** How often this execution has checked whether the run is done. */
  looks: number;
}

/** A chunk as the workflow passes it to the step, again and again until it is done. */
export interface ChunkPart {
  id: string;
  chunk: number;
  done: boolean;
}

/** Whether the execution is over; if not, how many seconds to wait before the next check. */
export interface EndCheck {
  id: string;
  done: boolean;
  seconds: number;
  looks: number;
}

/** Bulk begin: returns the chunks that are not done. */
export async function bulkBeginStep(deps: Deps, id: string): Promise<OpenChunks> {
  const state = await findRun(deps.store, id);
  const { maxConcurrency = 1, status } = state?.run ?? {};
  if (!state || status !== 'in-progress') return { id, chunks: [], maxConcurrency, looks: 0 };
  await commitUnlessDone(deps.store, [runStarted(id, deps.clock.now())]);
  const open = state.run.attempt > MAX_BULK_ATTEMPTS ? [] : state.progress.filter(isOpen);
  const chunks = open.map(({ chunk }) => ({ id, chunk, done: false }));
  return { id, chunks, maxConcurrency, looks: 0 };
}

/**
 * Bulk chunk: switches one chunk, group after group, until it is done or the time is over.
 * @param until epoch milliseconds, after which no further group is started
 */
export async function bulkChunkStep(deps: Deps, { id, chunk }: ChunkPart, until: number): Promise<ChunkPart> {
  await heartbeat(deps, id, until);
  let page: RowPage | undefined;
  for (;;) {
    const state = await findRun(deps.store, id);
    const progress = state?.progress.find((of) => of.chunk === chunk);
    const isOver =
      !state || !progress || state.run.status !== 'in-progress' || stopOf(state.run, state.counts);
    if (isOver || progress.closed || progress.cursor >= progress.rows) return { id, chunk, done: true };
    if (deps.clock.now() >= until) return { id, chunk, done: false };
    page = covers(page, progress) ? page : await readRowPage(deps.store, id, chunk, progress.cursor);
    if (!page || !covers(page, progress)) throw new TypeError('the run has no such row');
    await advance({ deps, run: state.run, progress }, nextGroup(page, progress));
  }
}

function covers(page: RowPage | undefined, { cursor }: Progress): page is RowPage {
  return page !== undefined && page.first <= cursor && cursor < page.first + page.rows.length;
}

/** The undecided rows of the group at the cursor. */
function nextGroup({ first, rows }: RowPage, { cursor }: Progress): KeptRow[] {
  const left = rows.slice(cursor - first);
  return left.filter(({ group }) => group === left[0]?.group);
}

/** Keeps the reconciler from starting another execution while this step may still run. */
async function heartbeat({ store }: Pick<Deps, 'store'>, id: string, until: number): Promise<void> {
  await commitUnlessDone(store, [runHeartbeat(id, until + OVERDUE_MS)]);
}

/**
 * Bulk complete: ends the run when all of its migrations have ended. Until the last lease is revoked it asks for
 * another check, after a growing pause. An execution that has waited for an hour leaves the rest to the next one.
 */
export async function bulkCompleteStep(
  deps: Deps,
  { id, looks }: Pick<OpenChunks, 'id' | 'looks'>,
): Promise<EndCheck> {
  const found = await findRun(deps.store, id);
  if (found?.run.status !== 'in-progress') return { id, done: true, seconds: 0, looks };
  const isGivenUp = found.run.attempt > MAX_BULK_ATTEMPTS;
  const isStopped = isGivenUp || stopOf(found.run, found.counts) !== undefined;
  if (!isStopped && found.progress.some(isOpen)) throw new Error('the chunks are not done');
  const state = isStopped ? await closeChunks(deps, found) : found;
  await severalAtOnce(
    state.progress.filter(({ revoking }) => revoking > 0),
    (progress) => settle(deps, state.run, progress),
  );
  const current = (await findRun(deps.store, id)) ?? state;
  if (current.counts.revoking > 0 && !isGivenUp) return checkLater(deps, id, looks + 1);
  await commitUnlessDone(deps.store, [runEnded(current.run, errorOf(current, isGivenUp), deps.clock.now())]);
  return { id, done: true, seconds: 0, looks };
}

function isOpen({ cursor, rows }: Progress): boolean {
  return cursor < rows;
}

/** @returns the run as it is when no execution can decide further moves */
async function closeChunks({ store }: Deps, state: RunState): Promise<RunState> {
  const { id } = state.run;
  await severalAtOnce(state.progress.filter(isOpen), (progress) => store.commit([chunkClosed(id, progress)]));
  return (await findRun(store, id)) ?? state;
}

/**
 * Counts the moves of a chunk as succeeded when their last lease is revoked.
 *
 * Another execution may be switching a group meanwhile. A query may see half of that transaction, with a cursor that is
 * ahead of the migrations. A single read of the progress does not.
 */
async function settle({ store }: Deps, { id }: BulkRun, { chunk }: Progress): Promise<void> {
  const progress = progressOf(await store.get(bulkProgressKey(id, chunk)));
  if (!progress || progress.revoking === 0) return;
  const rows = await readChunkRows(store, id, chunk);
  const migrations = await migrationsOf(store, id, rows.slice(0, progress.cursor));
  const decided = migrations.filter((migration) => migration !== undefined);
  if (decided.some(({ status }) => status === 'in-progress')) return;
  const revoked = decided.reduce((sum, migration) => sum + leasesGone(migration), 0);
  const irrevocable = decided.reduce((sum, { leasesIrrevocable }) => sum + leasesIrrevocable, 0);
  await commitUnlessDone(store, [chunkRevoked(id, progress, { revoked, irrevocable })]);
}

async function checkLater(deps: Deps, id: string, looks: number): Promise<EndCheck> {
  const seconds = Math.min(2 ** Math.min(looks - 1, 16), MAX_BULK_PAUSE_S);
  await heartbeat(deps, id, deps.clock.now() + seconds * 1_000);
  return { id, done: looks >= MAX_BULK_LOOKS, seconds, looks };
}

/** Why the run has not made all of its moves; undefined if it has. */
function errorOf({ run, counts }: RunState, isGivenUp: boolean): BulkRun['error'] {
  const { total, failed, decided } = counts;
  if (isGivenUp) {
    const message = `the run was given up after ${MAX_BULK_ATTEMPTS} attempts`;
    return { code: 'given_up', message };
  }
  if (failed === 0 && decided === total) return undefined;
  const message = `${failed} of ${total} moves have failed`;
  return stopOf(run, counts) ?? { code: 'moves_failed', message };
}
