/**
 * The policies of a migration on a cluster. A cluster has no transaction, so a rule for the target is added before anything is
 * revoked, and the rule for the source goes when the mount is verified at the target. At each moment between the two, a client
 * that may use the mount may do so where the mount is. If the migration fails, what was added is taken back.
 */

import { reversed, spliced } from '../policies/splices.ts';
import { ClusterForbids, type ClusterPolicy } from '../ports/cluster.ts';
import { leftPolicy } from '../remount/policyChanges.ts';
import type { ChangedPolicy, PolicyOrder, PolicyOutcome, PolicyRef } from '../remount/policyOrder.ts';
import { endAt } from '../remount/switchPolicies.ts';
import { type TextChange, textChange } from '../remount/textChange.ts';
import { policyKey, sha256 } from '../store/keys.ts';
import { changePolicy, type PolicyResult, type WriteRecord } from './changePolicy.ts';
import { policyItem } from './clusterAccess.ts';
import { isSame, outcomeOf, without, workOf } from './policyWork.ts';
import type { ClusterMigration } from './transitions.ts';
import { type Work, withCluster } from './work.ts';

/** Whether a piece of this work is done, or the time of the step was over before. */
export type PolicyProgress = 'done' | 'unfinished';

const CHANGED_SINCE = 'its text has changed since';

/**
 * Adds to each policy of the order what the mount needs at the target. An undo needs that, too, until the mount is back.
 * @returns also the policy that the cluster does not let change
 */
export async function addRules(work: Work): Promise<PolicyProgress | { refused: PolicyRef }> {
  const { policies: order } = work.hold.migration;
  for (const ref of order?.policies ?? []) {
    const { migration } = work.hold;
    if (isKnown(ref, [...workOf(migration).added, ...outcomeOf(migration).left])) continue;
    if (isLate(work)) return 'unfinished';
    const result = await changePolicy(work.deps.cluster, recordOf(work, ref), ref, (policy) =>
      changeOf({ mode: 'add', policies: [ref] }, ref, policy, work),
    );
    await settle(work, ref, result, ({ added, outcome }) => ({
      added: result.state === 'changed' ? [...added, result.policy] : added,
      outcome,
    }));
    if (result.state === 'refused') return { refused: ref };
  }
  return 'done';
}

/** Makes of each policy what the order says: the mount is at the target. */
export async function finishPolicies(work: Work): Promise<PolicyProgress> {
  const { policies: order } = work.hold.migration;
  if (!order || order.mode === 'add') return 'done';
  for (const ref of order.policies) {
    const { changed, left } = outcomeOf(work.hold.migration);
    if (isKnown(ref, [...changed, ...left])) continue;
    if (isLate(work)) return 'unfinished';
    const own = workOf(work.hold.migration).added.find((one) => isSame(one, ref));
    const result = await changePolicy(work.deps.cluster, recordOf(work, ref), ref, (policy) =>
      finalChange(order, ref, own, policy, work),
    );
    await settle(work, ref, result, ({ added, outcome }) => ({
      added: result.state === 'unchanged' ? added : without(added, ref),
      outcome:
        result.state === 'changed' ? { ...outcome, changed: [...outcome.changed, result.policy] } : outcome,
    }));
  }
  return 'done';
}

/** Takes back what was added, as long as nobody has changed the text since. */
export async function takeRulesBack(work: Work): Promise<PolicyProgress> {
  await settleBegun(work);
  for (const own of workOf(work.hold.migration).added) {
    if (isLate(work)) return 'unfinished';
    const result = await changePolicy(work.deps.cluster, recordOf(work, own), own, (policy) =>
      withoutAdded(own, policy),
    ).catch(leftIfForbidden);
    await settle(work, own, result, ({ added, outcome }) => ({ added: without(added, own), outcome }));
  }
  return 'done';
}

/** A step has begun to add rules, and has not recorded whether it did. */
async function settleBegun(work: Work): Promise<void> {
  const { added, writing } = workOf(work.hold.migration);
  if (!writing || isKnown(writing.after, added)) return;
  const { before, after } = writing;
  const policy = await work.deps.cluster.policy(after.namespacePath, after.name);
  const digest = policy && sha256(policy.text);
  const isUntouched = digest === undefined || digest === before;
  const result: PolicyResult =
    isUntouched || digest === after.digest
      ? { state: 'unchanged' }
      : { state: 'left', reason: 'its text changed while rules were being added, and may have them' };
  await settle(work, after, result, (now) => ({
    ...now,
    added: digest === after.digest ? [...now.added, after] : now.added,
  }));
}

/** @throws HoldLost */
function recordOf({ hold }: Work, ref: PolicyRef): WriteRecord {
  return {
    begun() {
      const { writing } = workOf(hold.migration);
      return writing && isSame(writing.after, ref) ? writing : undefined;
    },
    begin: (writing) =>
      hold.write((migration) => withCluster(migration, { policies: { ...workOf(migration), writing } })),
    check: () => hold.check(),
  };
}

interface Recorded {
  added: ChangedPolicy[];
  outcome: PolicyOutcome;
}

/** Records a result, and that no write is under way. */
async function settle(
  { hold }: Work,
  ref: PolicyRef,
  result: PolicyResult,
  recorded: (before: Recorded) => Recorded,
): Promise<void> {
  await hold.write((migration) => {
    const { added, outcome } = recorded({ added: workOf(migration).added, outcome: outcomeOf(migration) });
    const why = whyLeft(result, migration);
    const left = why === undefined ? outcome.left : [...without(outcome.left, ref), leftPolicy(ref, why)];
    return { ...withCluster(migration, { policies: { added } }), policyOutcome: { ...outcome, left } };
  });
}

function whyLeft(result: PolicyResult, { phase }: ClusterMigration): string | undefined {
  if (result.state === 'left' || result.state === 'refused') return result.reason;
  // Nothing is left of what was added to it.
  return result.state === 'gone' && phase !== 'reverting' ? 'it does not exist any more' : undefined;
}

function changeOf(
  order: PolicyOrder,
  ref: PolicyRef | ChangedPolicy,
  policy: ClusterPolicy,
  { deps, hold }: Work,
): TextChange | string | undefined {
  const { id, source, target } = hold.migration;
  const item = policyItem(policyKey(ref.namespaceId, ref.name), policy);
  const ends = { source: endAt(source), target: endAt(target), id };
  return textChange(order, ref, item, { ends, now: deps.clock.now() });
}

/** The change that the order asks for, of the text as it was before rules were added. */
function finalChange(
  order: PolicyOrder,
  ref: PolicyRef | ChangedPolicy,
  own: ChangedPolicy | undefined,
  policy: ClusterPolicy,
  work: Work,
): TextChange | string | undefined {
  if (own && sha256(policy.text) !== own.digest)
    return `${CHANGED_SINCE}, so it may have rules for both paths`;
  const text = own ? spliced(policy.text, own.back) : policy.text;
  return changeOf(order, ref, { ...policy, text }, work);
}

function withoutAdded({ digest, back }: ChangedPolicy, { text }: ClusterPolicy): TextChange | string {
  if (sha256(text) !== digest) return `${CHANGED_SINCE}, so it may have the rules that were added`;
  return { before: text, after: spliced(text, back), back: reversed(text, back) };
}

/** The migration has failed already: it does not wait for a right. */
function leftIfForbidden(error: unknown): PolicyResult {
  if (error instanceof ClusterForbids) return { state: 'left', reason: error.message };
  throw error;
}

function isKnown(ref: PolicyRef, list: readonly PolicyRef[]): boolean {
  return list.some((one) => isSame(one, ref));
}

function isLate({ deps, until }: Work): boolean {
  return deps.clock.now() >= until;
}
