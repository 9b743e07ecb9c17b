/**
 * Starts a bulk run: gathers its rows, plans it as a whole, and accepts it if there is no problem. Knows nothing of
 * HTTP, because events and schedules start runs, too.
 */

import { tryAgain } from '../http/errors.ts';
import { LONGEST_BULK_S, MAX_BULK_MOVES, SETTLE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { boundsOf } from '../remount/admit.ts';
import { type Idempotency, remember, replayed } from '../remount/idempotency.ts';
import { NOBODY } from '../remount/policyRights.ts';
import type { Origin } from '../remount/request.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import type { Namespace } from '../tree/namespace.ts';
import { acceptedRun, type BulkRun, firstLook, newProgress } from './bulkRun.ts';
import { NothingToMove, refusedRows, tooManyMoves } from './errors.ts';
import { expandRules } from './expandRules.ts';
import { findRows, nameMountsBelow } from './findRows.ts';
import { type AskedPolicies, orderRunPolicies, type RunPolicies } from './orderRunPolicies.ts';
import type { Plan, Row } from './plan.ts';
import { planMoves } from './planMoves.ts';
import { findRun } from './readRun.ts';
import { type AskedMove, type MovesOrRules, type RunOptions, readRunBody } from './readRunRequest.ts';
import { rowItems } from './rowRecord.ts';
import { runListings } from './runLists.ts';
import { newRunPolicy } from './runPolicy.ts';

/** Who starts a run, and how it is carried out. */
export interface RunOrder {
  origin: Origin;
  options: RunOptions;
  policies: AskedPolicies;
  /** The run that this one undoes. */
  undoOf?: string;
  key?: Idempotency | undefined;
}

export interface StartedRun {
  id: string;
  /** Moves of the run. */
  total: number;
  /** Whether an earlier request with the same idempotency key has started it. */
  isReplay: boolean;
}

/**
 * Starts the run that the body of an event or a schedule describes. Rules are expanded now.
 * @param mayMatchNothing whether a rule may match no mount
 * @throws NothingToMove if there is no row
 * @throws VaultError 400 with all problems of the plan, 422 for an idempotency key of another request
 */
export function startRunFromBody(
  deps: Deps,
  origin: Origin,
  body: Record<string, unknown>,
  key: Idempotency,
  mayMatchNothing = false,
): Promise<StartedRun> {
  const { options, asked, policies: mode } = readRunBody(body, deps.cluster);
  const rows = () => gatherRows(deps, asked, origin.namespace, mayMatchNothing);
  return startRun(deps, { origin, options, policies: { mode }, key }, rows);
}

/**
 * The rows of a request, with rules expanded, numbered from 1.
 * @param namespace that of the request, which paths are relative to
 * @param mayMatchNothing whether a rule may match no mount
 * @throws NothingToMove if there is no row
 * @throws VaultError 400 for rules that cannot be expanded, or too many moves
 */
export async function gatherRows(
  deps: Pick<Deps, 'store' | 'clock'>,
  asked: MovesOrRules,
  namespace: Namespace,
  mayMatchNothing = false,
): Promise<Row[]> {
  const moves: AskedMove[] =
    'moves' in asked ? asked.moves : await expandRules(deps, asked.rules, namespace, mayMatchNothing);
  if (moves.length === 0) throw new NothingToMove();
  if (moves.length > MAX_BULK_MOVES) throw tooManyMoves();
  return moves.map((move, i) => ({ ...move, row: i + 1 }));
}

/**
 * Plans rows against the tree, and writes nothing.
 *
 * A batch of reads may see half of another move, so a plan with problems is made a second time before it is trusted.
 * @returns either chunks or problems
 * @throws VaultError 400 when an atomic run does not fit into one transaction
 */
export async function planRun(
  deps: Pick<Deps, 'store' | 'clock' | 'cluster'>,
  rows: Row[],
  namespace: Namespace,
  { atomic, cluster: options, maxConcurrency: atOnce, requireNamespace }: RunOptions,
): Promise<Plan> {
  const { store, clock } = deps;
  const bounds = options && (await boundsOf(deps));
  const onCluster = bounds && { bounds, options, atOnce };
  const below = requireNamespace ? namespace : undefined;
  for (let isFirst = true; ; isFirst = false) {
    const found = await findRows(store, rows, namespace);
    const plan = planMoves(found.rows, found.tree, { atomic, onCluster, below });
    const problems = [...found.problems, ...plan.problems].sort((a, b) => a.row - b.row);
    if (problems.length === 0) return plan;
    if (!isFirst) return { chunks: [], problems: await nameMountsBelow(store, problems, found.rows) };
    await clock.sleep(SETTLE_MS);
  }
}

/**
 * Accepts a run and starts its workflow.
 * @param rows called only if the idempotency key is new: the run of a known key may have changed the tree already
 * @throws VaultError 400 with all problems of the plan, 422 for an idempotency key of another request, 403 or 400 for policies
 *   that cannot be changed so
 */
export async function startRun(deps: Deps, order: RunOrder, rows: () => Promise<Row[]>): Promise<StartedRun> {
  const before = await replayed(deps, order.key);
  if (before) return replayedRun(deps, before);
  try {
    const plan = await planRun(deps, await rows(), order.origin.namespace, order.options);
    if (plan.problems.length > 0) {
      throw refusedRows(plan.problems);
    }
    const { namespace, judges = NOBODY } = order.origin;
    const policies = await orderRunPolicies(deps, order.policies, plan.chunks.flat(), { namespace, judges });
    return await accept(deps, order, plan, policies);
  } catch (error) {
    // The same request may have started the run meanwhile and moved the mounts, so that they are not found here.
    const meanwhile = await replayed(deps, order.key);
    if (meanwhile) return replayedRun(deps, meanwhile);
    throw error;
  }
}

async function accept(
  deps: Deps,
  order: RunOrder,
  { chunks }: Plan,
  policies: RunPolicies | undefined,
): Promise<StartedRun> {
  const run: BulkRun = {
    ...newRun(deps, order, chunks),
    ...(policies?.policies.length && { policies: policies.order, policyStage: 'ordered' }),
  };
  const { id, createdAt, retentionS } = run;
  const ttl = Math.ceil(createdAt / 1_000) + retentionS + LONGEST_BULK_S;
  const items = chunks.flatMap((moves, chunk) => [
    newProgress(id, chunk, moves.length, ttl),
    ...rowItems(id, moves, ttl),
  ]);
  const ordered = policies?.policies ?? [];
  items.push(...ordered.map((policy, number) => newRunPolicy(id, number, policy, ttl)));
  // The run is written last: without it nothing reads these items, and they expire.
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

/** A key may be kept longer than its run; the total is 0 then. */
async function replayedRun({ store }: Deps, id: string): Promise<StartedRun> {
  return { id, total: (await findRun(store, id))?.run.total ?? 0, isReplay: true };
}

function newRun({ ids, clock, settings }: Deps, order: RunOrder, chunks: Plan['chunks']): BulkRun {
  const { origin, options, undoOf } = order;
  const now = clock.now();
  return {
    ...options,
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
