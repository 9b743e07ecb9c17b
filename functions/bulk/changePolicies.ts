/**
 * Changes the policies of a run: before its first move, and after its last one. Each policy is a transaction of its own, with what
 * the record of the run says of it.
 */

import { CALLS_AT_ONCE } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Put, type Store, type Update } from '../ports/store.ts';
import type { Ends } from '../remount/missingRules.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { BULK_POLICIES, bulkPolicyKey, migrationKey, policyKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type BulkRun, policiesCome, stopOf } from './bulkRun.ts';
import { movesNamed } from './movesOfRules.ts';
import { migrationsOf, type RunState, readRunRows } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';
import { policyLeft, policySettled, type RunPolicy, rulesAdded, runPolicyOf } from './runPolicy.ts';
import { settledPolicy, withAddedRules } from './runPolicyTexts.ts';

/**
 * What the run has to do with policies now: to add rules before its first move, or, once no move is left to decide, to give each
 * policy the text that it is to have.
 */
export function dueChange({ run, progress, counts }: RunState): 'add' | 'settle' | undefined {
  const { policyStage } = run;
  if (policyStage === undefined || policyStage === 'settled') return undefined;
  if (progress.every(({ cursor, rows, closed }) => closed || cursor === rows)) return 'settle';
  return policyStage === 'ordered' && !stopOf(run, counts) ? 'add' : undefined;
}

/**
 * Does what is due.
 * @param until epoch milliseconds after which no further policy is begun
 * @returns whether it is done
 */
export async function changePolicies(deps: Deps, state: RunState, until: number): Promise<boolean> {
  const due = dueChange(state);
  if (due === undefined) return true;
  const { run } = state;
  const policies = await readRunPolicies(deps.store, run.id);
  const isOpen = ({ phase }: RunPolicy) => phase === 'ordered' || (due === 'settle' && phase === 'added');
  const open = policies.filter(isOpen);
  const change = due === 'add' ? await adding(deps, run) : await settling(deps, run);
  for (let i = 0; i < open.length; i += CALLS_AT_ONCE) {
    if (deps.clock.now() >= until) return false;
    await severalAtOnce(open.slice(i, i + CALLS_AT_ONCE), (policy) => changeOne(deps, run, policy, change));
  }
  await commitUnlessDone(deps.store, [policiesCome(run, due === 'add' ? 'added' : 'settled')]);
  return true;
}

/** In the order in which they were ordered. */
export async function readRunPolicies(store: Store, id: string): Promise<RunPolicy[]> {
  const { table, pk } = migrationKey(id);
  const items = await store.query({ table, pk, prefix: BULK_POLICIES });
  return items.map(runPolicyOf).filter((policy) => policy !== undefined);
}

/** Decides what is written for one policy, which is stored as `item` now. */
type Change = (
  policy: RunPolicy,
  item: Item | undefined,
  now: number,
) => { put?: Put | undefined; record: Update };

async function adding({ store }: Deps, { id }: BulkRun): Promise<Change> {
  const moves = movesNamed((await readRunRows(store, id)).map((row) => endsOf(id, row)));
  return (policy, item, now) => {
    const change = withAddedRules(policy, item, moves, now);
    if (typeof change === 'string') return { record: policyLeft(id, policy, change) };
    return { put: change?.put, record: rulesAdded(id, policy, change) };
  };
}

async function settling({ store }: Deps, { id, policies: order }: BulkRun): Promise<Change> {
  if (!order) throw new TypeError('the run changes no policies');
  const rows = await readRunRows(store, id);
  const migrations = await migrationsOf(store, id, rows);
  // A switched mount stays at its target, also while its leases are being revoked.
  const isMade = (i: number) => migrations[i] !== undefined && migrations[i].status !== 'failure';
  const made = rows.filter((_, i) => isMade(i));
  const moves = {
    movesFor: movesNamed(made.map((row) => endsOf(id, row))),
    isWhole: made.length === rows.length,
  };
  return (policy, item, now) => {
    const settled = settledPolicy(order, policy, item, moves, now);
    if (typeof settled === 'string') return { record: policyLeft(id, policy, settled) };
    return { put: settled.put, record: policySettled(id, policy, settled) };
  };
}

/** A policy that somebody writes meanwhile is read again. One that another execution has changed is left alone. */
function changeOne(
  { store, clock }: Deps,
  { id }: BulkRun,
  policy: RunPolicy,
  change: Change,
): Promise<void> {
  return retryContended(async () => {
    const [item] = await store.getMany([policyKey(policy.namespaceId, policy.name)]);
    const { put, record } = change(policy, item, clock.now());
    try {
      await store.commit([...(put ? [put] : []), record]);
    } catch (error) {
      const isDone = error instanceof ConditionFailed && error.failedAt(bulkPolicyKey(id, policy.number));
      if (!isDone) throw error;
    }
  });
}

function endsOf(runId: string, { row, source, target }: KeptRow): Ends {
  const end = ({ namespacePath, path }: KeptRow['source']) => ({ namespace: { path: namespacePath }, path });
  return { source: end(source), target: end(target), id: migrationIdOf(runId, row) };
}
