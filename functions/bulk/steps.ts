/** The steps of a run: what each state of its workflow does (statemachine/bulk.asl.json). */

import { growing } from '../cluster/work.ts';
import {
  CLUSTER_PATIENCE_MS,
  FIRST_UNANSWERED_PAUSE_MS,
  MAX_BULK_ATTEMPTS,
  MAX_BULK_LOOKS,
  MAX_BULK_PAUSE_S,
  MAX_CLUSTER_LOOKS,
  MAX_UNANSWERED_PAUSE_MS,
  OVERDUE_MS,
} from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { leasesGone } from '../remount/leaseProgress.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { advance } from './advance.ts';
import { awaitNodes } from './awaitNodes.ts';
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
import { changePolicies, dueChange } from './changePolicies.ts';
import { countIfEnded, moveRow } from './moveRow.ts';
import { findRun, migrationsOf, type RunState, readChunkRows, readRowPage } from './readRun.ts';
import { type KeptRow, migrationIdOf, type RowPage } from './rowRecord.ts';
import type { Stand } from './switchGroup.ts';

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
  /** How many seconds to wait before the next step; absent for none. */
  seconds?: number;
  /** Steps of this execution; only a run on a cluster counts them. */
  looks?: number;
}

/** Whether the execution is over; if not, how many seconds to wait before the next check, or that policies are due. */
export interface EndCheck {
  id: string;
  done: boolean;
  /** Present if the workflow has to begin again, which changes them. */
  policies?: true;
  seconds: number;
  looks: number;
}

/**
 * Bulk begin: returns the chunks that are not done. It changes the policies that are due before them, or after the last one. As
 * long as these are not done, it returns no chunk, and the workflow comes back to it. After the last move, it waits for the step
 * that completes runs to say that policies are due.
 * @param until epoch milliseconds, after which no further policy is begun
 */
export async function bulkBeginStep(
  deps: Deps,
  { id, policies }: Pick<EndCheck, 'id' | 'policies'>,
  until: number,
): Promise<OpenChunks> {
  const state = await findRun(deps.store, id);
  const { maxConcurrency = 1, status } = state?.run ?? {};
  const nothing = { id, chunks: [], maxConcurrency, looks: 0 };
  if (!state || status !== 'in-progress') return nothing;
  await commitUnlessDone(deps.store, [runStarted(id, deps.clock.now())]);
  if (state.run.attempt > MAX_BULK_ATTEMPTS) return nothing;
  const due = dueChange(state);
  if (due === 'add' || (due === 'settle' && policies)) {
    await heartbeat(deps, id, until);
    if (!(await changePolicies(deps, state.run, due, until))) return nothing;
  }
  const isUndone = (progress: Progress) => isOpen(progress) || isMoving(state.run, progress);
  const open = state.progress.filter(isUndone);
  const chunks = open.map(({ chunk }) => ({ id, chunk, done: false }));
  return { id, chunks, maxConcurrency, looks: 0 };
}

/**
 * Bulk chunk: switches one chunk, group after group, until it is done or the time is over. On a cluster, it makes the
 * moves of the chunk one after the other, and asks for a wait while one of them takes long.
 * @param until epoch milliseconds, after which no further group is started
 */
export async function bulkChunkStep(
  deps: Deps,
  { id, chunk, looks = 0 }: ChunkPart,
  until: number,
): Promise<ChunkPart> {
  await heartbeat(deps, id, until);
  let page: RowPage | undefined;
  const pageWith = async (position: number): Promise<RowPage> => {
    page = covers(page, position) ? page : await readRowPage(deps.store, id, chunk, position);
    if (!page || !covers(page, position)) throw new TypeError('the run has no such row');
    return page;
  };
  const rowAt = async (position: number): Promise<KeptRow> => {
    const { first, rows } = await pageWith(position);
    return rows[position - first] as KeptRow;
  };
  for (;;) {
    const state = await findRun(deps.store, id);
    const progress = state?.progress.find((of) => of.chunk === chunk);
    const isOver =
      !state || !progress || state.run.status !== 'in-progress' || stopOf(state.run, state.counts);
    if (isOver || progress.closed) return { id, chunk, done: true };
    if (!isOpen(progress) && !isMoving(state.run, progress)) return { id, chunk, done: true };
    const stand = { deps, run: state.run, progress };
    const { cluster } = state.run;
    if (deps.clock.now() >= until)
      return cluster ? chunkLater(deps, { id, chunk, looks }, 0) : { id, chunk, done: false };
    if (cluster) {
      const pause = await moveRow(stand, rowAt, until);
      if (pause > 0) return chunkLater(deps, { id, chunk, looks }, pause);
    } else await advance(stand, nextGroup(await pageWith(progress.cursor), progress));
  }
}

/** A chunk that has taken many steps leaves the rest to the next execution: a history has at most 25,000 events. */
async function chunkLater(
  deps: Deps,
  { id, chunk, looks }: { id: string; chunk: number; looks: number },
  pause: number,
): Promise<ChunkPart> {
  await heartbeat(deps, id, deps.clock.now() + pause);
  const part = { id, chunk, done: looks >= MAX_CLUSTER_LOOKS, looks: looks + 1 };
  return pause > 0 ? { ...part, seconds: Math.ceil(pause / 1_000) } : part;
}

function covers(page: RowPage | undefined, position: number): page is RowPage {
  return page !== undefined && page.first <= position && position < page.first + page.rows.length;
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
  const { cluster } = found.run;
  if (!isGivenUp && dueChange(found) === 'add') return changeFirst(deps, found.run, looks);
  if (!isStopped && found.progress.some(isOpen)) {
    if (cluster) return { id, done: true, seconds: 0, looks };
    throw new Error('the chunks are not done');
  }
  const state = isStopped ? await closeChunks(deps, found) : found;
  // A switch is final. A move of a cluster is not before it has ended, and every node has seen it.
  if (!isGivenUp && !cluster && dueChange(state)) return changeFirst(deps, state.run, looks);
  await severalAtOnce(
    state.progress.filter(({ revoking }) => revoking > 0),
    (progress) => settle(deps, state.run, progress),
  );
  const current = (await findRun(deps.store, id)) ?? state;
  if (current.counts.revoking > 0 && !isGivenUp) return checkLater(deps, id, looks + 1);
  const nodes = cluster && !isGivenUp ? await awaitNodes(deps, current, cluster) : 'seen';
  if (nodes === 'waits') return checkLater(deps, id, looks + 1);
  const last = (await findRun(deps.store, id)) ?? current;
  if (cluster && !isGivenUp && nodes === 'seen' && dueChange(last)) return changeFirst(deps, last.run, looks);
  const error = errorOf(last, isGivenUp) ?? (nodes === 'late' ? nodesStale(last.run) : undefined);
  await commitUnlessDone(deps.store, [runEnded(last.run, error, deps.clock.now())]);
  return { id, done: true, seconds: 0, looks };
}

function isOpen({ cursor, rows }: Progress): boolean {
  return cursor < rows;
}

/** Whether a cluster makes a move of the chunk. */
function isMoving({ cluster }: BulkRun, { revoking }: Progress): boolean {
  return cluster !== undefined && revoking > 0;
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
async function settle(deps: Deps, run: BulkRun, { chunk }: Progress): Promise<void> {
  const { store } = deps;
  const { id } = run;
  const progress = progressOf(await store.get(bulkProgressKey(id, chunk)));
  if (!progress || progress.revoking === 0) return;
  if (run.cluster) return settleRow({ deps, run, progress });
  const rows = await readChunkRows(store, id, chunk);
  const migrations = await migrationsOf(store, id, rows.slice(0, progress.cursor));
  const decided = migrations.filter((migration) => migration !== undefined);
  if (decided.some(({ status }) => status === 'in-progress')) return;
  const revoked = decided.reduce((sum, migration) => sum + leasesGone(migration), 0);
  const irrevocable = decided.reduce((sum, { leasesIrrevocable }) => sum + leasesIrrevocable, 0);
  await commitUnlessDone(store, [chunkRevoked(id, progress, { revoked, irrevocable })]);
}

/** On a cluster, only the row before the cursor can be under way. */
async function settleRow({ deps, run, progress }: Stand): Promise<void> {
  const position = progress.cursor - 1;
  const page = await readRowPage(deps.store, run.id, progress.chunk, position);
  const row = page?.rows[position - page.first];
  if (!row) throw new TypeError('the run has no such row');
  await countIfEnded({ deps, run, progress }, migrationIdOf(run.id, row.row));
}

/** If a cluster does not let policies change now, the workflow waits once before it begins again. */
async function changeFirst(deps: Deps, { id, waiting }: BulkRun, looks: number): Promise<EndCheck> {
  if (!waiting || looks > 0) return { id, done: false, policies: true, seconds: 0, looks };
  const now = deps.clock.now();
  const pause = growing(waiting.since, now, FIRST_UNANSWERED_PAUSE_MS, MAX_UNANSWERED_PAUSE_MS);
  await heartbeat(deps, id, now + pause);
  return { id, done: false, seconds: Math.ceil(pause / 1_000), looks: looks + 1 };
}

async function checkLater(deps: Deps, id: string, looks: number): Promise<EndCheck> {
  const seconds = Math.min(2 ** Math.min(looks - 1, 16), MAX_BULK_PAUSE_S);
  await heartbeat(deps, id, deps.clock.now() + seconds * 1_000);
  return { id, done: looks >= MAX_BULK_LOOKS, seconds, looks };
}

function nodesStale({ nodes = [] }: BulkRun): BulkRun['error'] {
  const stale = nodes.filter(({ state }) => state === 'stale').map(({ address }) => address);
  const hours = CLUSTER_PATIENCE_MS / 3_600_000;
  const which = stale.join(', ') || 'the nodes of the cluster';
  const message = `every mount was moved, but ${which} did not show that within ${hours} hours: see docs/cluster.md, "Stale nodes"`;
  return { code: 'nodes_stale', message };
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
