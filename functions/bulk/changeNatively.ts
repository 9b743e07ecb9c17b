/**
 * Changes the policies of a run that no cluster makes. Each policy is a transaction of its own, with what the record of the run says
 * of it.
 *
 * A policy in a locked namespace is not written. Before the first move it is passed over, and the moves of that namespace fail, also
 * if it is unlocked meanwhile: their rules are missing. After the last move the run waits for the end of the lock, because rules
 * that were added before it have to be taken away.
 */

import { CALLS_AT_ONCE, LONGEST_BULK_S } from '../limits.ts';
import { policyRecordOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Put, type Update, type Write } from '../ports/store.ts';
import { changedPolicy, storedChange } from '../remount/storedChange.ts';
import { GONE } from '../remount/textChange.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { bulkPolicyKey, policyKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { notClosed } from '../tree/closedNamespace.ts';
import { namespaceById } from '../tree/findNamespace.ts';
import { type Namespace, namespaceInWords } from '../tree/namespace.ts';
import { type BulkRun, runWaits } from './bulkRun.ts';
import type { Pass } from './policyPass.ts';
import { policyLeft, type RunPolicy, rulesAddedBy } from './runPolicy.ts';

/** How far a pass has come. */
export interface NativePass {
  /** Whether it is over; policies that it has not come to then are left as they are. */
  isDone: boolean;
  /** The paths of the locked namespaces that have such policies. */
  locked?: string[];
}

/**
 * @param open the policies that the pass has not come to
 * @param until epoch milliseconds after which no further policy is begun
 */
export async function changeNatively(
  deps: Deps,
  run: BulkRun,
  open: RunPolicy[],
  pass: Pass,
  until: number,
): Promise<NativePass> {
  const locked = new Set<string>();
  for (let i = 0; i < open.length; i += CALLS_AT_ONCE) {
    if (deps.clock.now() >= until) return { isDone: false };
    const policies = open.slice(i, i + CALLS_AT_ONCE);
    const locks = await severalAtOnce(policies, (policy) => changeOne(deps, run, policy, pass));
    for (const lock of locks) if (lock !== undefined) locked.add(lock);
  }
  const [first] = locked;
  if (pass.name === 'add' || first === undefined) return { isDone: true, locked: [...locked] };
  return { isDone: !(await waitForUnlock(deps, run, first)) };
}

/**
 * The run waits as long as its rows are kept for sure. They tell which moves were made.
 * @param path of the locked namespace
 * @returns false when the run has waited long enough
 */
async function waitForUnlock({ store, clock }: Deps, run: BulkRun, path: string): Promise<boolean> {
  const now = clock.now();
  if (now - run.createdAt > LONGEST_BULK_S * 1_000) return false;
  const why = `${namespaceInWords(path)} is locked, and has policies to change`;
  await commitUnlessDone(store, [runWaits(run.id, { why, since: run.waiting?.since ?? now })]);
  return true;
}

/**
 * A policy that somebody writes meanwhile is read again. One that another execution has changed is left alone.
 * @returns the path of the lock that keeps the policy from being written
 */
function changeOne(
  { store, clock }: Deps,
  { id }: BulkRun,
  policy: RunPolicy,
  pass: Pass,
): Promise<string | undefined> {
  return retryContended(async () => {
    const [item] = await store.getMany([policyKey(policy.namespaceId, policy.name)]);
    const { put, record } = writesOf(id, policy, item, pass, clock.now());
    const namespace = put && (await namespaceById(store, policy.namespaceId));
    if (namespace?.lockedAt !== undefined) return namespace.lockedAt;
    const writes = put ? writesIn(namespace, id, policy, [put, record]) : [record];
    try {
      await store.commit(writes);
    } catch (error) {
      const isDone = error instanceof ConditionFailed && error.failedAt(bulkPolicyKey(id, policy.number));
      if (!isDone) throw error;
    }
    return undefined;
  });
}

/** The writes of a policy, if its namespace is neither deleted nor locked then. */
function writesIn(namespace: Namespace | undefined, id: string, policy: RunPolicy, writes: Write[]): Write[] {
  if (!namespace) return [policyLeft(id, policy, GONE)];
  return [...writes, ...namespace.lineage.flatMap((above) => notClosed(above, id))];
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
