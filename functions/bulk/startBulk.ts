/**
 * Starts a bulk run: plans it as a whole, and accepts it when every row can be carried out. Knows nothing of HTTP, for
 * not only requests start runs.
 */

import { tryAgain } from '../http/errors.ts';
import { LONGEST_BULK_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { type Idempotency, remember, replayed } from '../remount/idempotency.ts';
import type { Origin } from '../remount/request.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import { runListings } from './bulkListing.ts';
import { acceptedRun, type BulkRun, firstLook, newProgress } from './bulkRun.ts';
import { unplannable } from './errors.ts';
import type { Plan, Row } from './plan.ts';
import { planRun } from './planRun.ts';
import type { Wishes } from './readOrder.ts';
import { readRun } from './readRun.ts';
import { rowItems } from './rowRecord.ts';

/** Whose run it is, and how it shall be carried out. */
export interface BulkOrder {
  origin: Origin;
  wishes: Omit<Wishes, 'dryRun'>;
  /** The run that this one takes back. */
  undoOf?: string;
  key?: Idempotency | undefined;
}

export interface StartedRun {
  id: string;
  /** Moves of the run. */
  total: number;
  /** Whether an idempotency key has brought it about before. */
  isReplay: boolean;
}

/**
 * Accepts a run and starts its workflow.
 * @param rows looked for only if the idempotency key is new, since a run that was done before has left the tree changed
 * @throws VaultError 400 with all problems of the plan, 422 for an idempotency key of another request
 */
export async function startBulk(
  deps: Deps,
  order: BulkOrder,
  rows: () => Promise<Row[]>,
): Promise<StartedRun> {
  const before = await replayed(deps, order.key);
  if (before) return known(deps, before);
  try {
    const plan = await planRun(deps, await rows(), order.origin.namespace, order.wishes.atomic);
    if (plan.problems.length > 0) throw unplannable(plan.problems);
    return await accept(deps, order, plan);
  } catch (error) {
    // While this was planned, the same request may have started the run, which moves away what this one looks for.
    const meanwhile = await replayed(deps, order.key);
    if (meanwhile) return known(deps, meanwhile);
    throw error;
  }
}

async function accept(deps: Deps, order: BulkOrder, { chunks }: Plan): Promise<StartedRun> {
  const run = newRun(deps, order, chunks);
  const { id, createdAt, retentionS } = run;
  const ttl = Math.ceil(createdAt / 1_000) + retentionS + LONGEST_BULK_S;
  const items = chunks.flatMap((moves, chunk) => [
    newProgress(id, chunk, moves.length, ttl),
    ...rowItems(id, moves, ttl),
  ]);
  // Without the run that comes last they mean nothing, and go by their time to live.
  await deps.store.putMany(items);
  const keyItem = order.key ? [remember(order.key, id, createdAt)] : [];
  try {
    await deps.store.commit([...keyItem, acceptedRun(run), ...runListings(run)]);
  } catch (error) {
    throw error instanceof ConditionFailed ? tryAgain() : error;
  }
  await startWorkflow(deps, 'bulk', run);
  return { id, total: run.total, isReplay: false };
}

/** A key is remembered longer than a short retention keeps its run. */
async function known({ store }: Deps, id: string): Promise<StartedRun> {
  return { id, total: (await readRun(store, id))?.run.total ?? 0, isReplay: true };
}

function newRun({ ids, clock, settings }: Deps, order: BulkOrder, chunks: Plan['chunks']): BulkRun {
  const { origin, wishes, undoOf } = order;
  const now = clock.now();
  return {
    ...wishes,
    id: ids.uuid(),
    status: 'in-progress',
    total: chunks.reduce((sum, moves) => sum + moves.length, 0),
    chunks: chunks.length,
    namespacePath: origin.namespace.path,
    visibleTo: origin.namespace.lineage,
    requestedBy: origin.requestedBy,
    undoOf,
    attempt: 1,
    nextLook: firstLook(now),
    createdAt: now,
    retentionS: settings.retentionS,
  };
}
