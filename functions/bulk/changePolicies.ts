/**
 * Changes the policies of a run: before its first move, and after its last one. Natively each policy is a transaction of its own,
 * with what the record of the run says of it.
 */

import { CALLS_AT_ONCE } from '../limits.ts';
import { policyRecordOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Put, type Store, type Update } from '../ports/store.ts';
import { changedPolicy, storedChange } from '../remount/storedChange.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { BULK_POLICIES, bulkPolicyKey, migrationKey, policyKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type BulkRun, policiesCome, stopOf } from './bulkRun.ts';
import { changeWithPatience } from './changeWithPatience.ts';
import { type Pass, type PassName, passOf } from './policyPass.ts';
import type { RunState } from './readRun.ts';
import { policyLeft, type RunPolicy, rulesAddedBy, runPolicyOf } from './runPolicy.ts';

/**
 * What the run has to do with policies now: to add rules before its first move, or, once no move is left to decide, to give each
 * policy the text that it is to have.
 */
export function dueChange({ run, progress, counts }: RunState): PassName | undefined {
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
export async function changePolicies(
  deps: Deps,
  run: BulkRun,
  due: PassName,
  until: number,
): Promise<boolean> {
  const policies = await readRunPolicies(deps.store, run.id);
  const isOpen = ({ phase }: RunPolicy) => phase === 'ordered' || (due === 'settle' && phase === 'added');
  const open = policies.filter(isOpen);
  const pass = await passOf(due, deps, run);
  const { cluster } = deps;
  const isDone = cluster
    ? await changeWithPatience({ ...deps, cluster }, run, open, pass, until)
    : await changeNatively(deps, run, open, pass, until);
  if (isDone) await commitUnlessDone(deps.store, [policiesCome(run, due === 'add' ? 'added' : 'settled')]);
  return isDone;
}

/** In the order in which they were ordered. */
export async function readRunPolicies(store: Store, id: string): Promise<RunPolicy[]> {
  const { table, pk } = migrationKey(id);
  const items = await store.query({ table, pk, prefix: BULK_POLICIES });
  return items.map(runPolicyOf).filter((policy) => policy !== undefined);
}

async function changeNatively(
  deps: Deps,
  run: BulkRun,
  open: RunPolicy[],
  pass: Pass,
  until: number,
): Promise<boolean> {
  for (let i = 0; i < open.length; i += CALLS_AT_ONCE) {
    if (deps.clock.now() >= until) return false;
    await severalAtOnce(open.slice(i, i + CALLS_AT_ONCE), (policy) => changeOne(deps, run, policy, pass));
  }
  return true;
}

/** A policy that somebody writes meanwhile is read again. One that another execution has changed is left alone. */
function changeOne({ store, clock }: Deps, { id }: BulkRun, policy: RunPolicy, pass: Pass): Promise<void> {
  return retryContended(async () => {
    const [item] = await store.getMany([policyKey(policy.namespaceId, policy.name)]);
    const { put, record } = writesOf(id, policy, item, pass, clock.now());
    try {
      await store.commit([...(put ? [put] : []), record]);
    } catch (error) {
      const isDone = error instanceof ConditionFailed && error.failedAt(bulkPolicyKey(id, policy.number));
      if (!isDone) throw error;
    }
  });
}

function writesOf(
  id: string,
  policy: RunPolicy,
  item: Item | undefined,
  pass: Pass,
  now: number,
): { put?: Put; record: Update } {
  const change = pass.changeOf(policy, item, now);
  if (typeof change === 'string') return { record: policyLeft(id, policy, change) };
  if (!change) return { record: pass.done(id, policy, undefined) };
  const before = policyRecordOf(policy.name, item, now);
  const { version = 0 } = before ?? {};
  if (change.before === change.after)
    return { record: pass.done(id, policy, changedPolicy(policy, version, change)) };
  const stored = storedChange(policy, before, change, now);
  if (typeof stored === 'string') return { record: policyLeft(id, policy, stored) };
  const written = { ...changedPolicy(policy, version + 1, change), added: rulesAddedBy(change) };
  return { put: stored.put, record: pass.done(id, policy, written) };
}
