/**
 * Changes one policy of a cluster. OpenBao refuses a write if the policy has changed since it was read. HashiCorp's Vault does
 * not: there the text is compared before the write and after it.
 */

import { MAX_POLICY_TRIES } from '../limits.ts';
import type { Cluster, ClusterPolicy } from '../ports/cluster.ts';
import type { BegunWrite } from '../remount/onCluster.ts';
import type { ChangedPolicy, PolicyRef } from '../remount/policyOrder.ts';
import { changedPolicy } from '../remount/storedChange.ts';
import type { TextChange } from '../remount/textChange.ts';
import { sha256 } from '../store/keys.ts';

export type PolicyResult =
  | { state: 'changed'; policy: ChangedPolicy }
  | { state: 'unchanged' }
  | { state: 'gone' }
  /** It cannot be changed as it is now. */
  | { state: 'left'; reason: string }
  /** The cluster does not take the new text. */
  | { state: 'refused'; reason: string };

/** The record of whoever changes policies. It has each write before the cluster has it. */
export interface WriteRecord {
  /** The write of this policy that was begun and is not settled. */
  begun(): BegunWrite | undefined;
  begin(write: BegunWrite, change: TextChange): Promise<void>;
  /** Throws if the step may not write any more. */
  check(): void;
}

/**
 * A step that finds a write that was begun looks whether the policy has that text already. Whoever calls records the result, and
 * that the write is settled.
 * @param changeOf decides how the policy changes as it is now; a text says why it cannot
 * @throws ClusterUnavailable, ClusterForbids, and what the record throws
 */
export async function changePolicy(
  cluster: Pick<Cluster, 'policy' | 'writePolicy'>,
  record: WriteRecord,
  ref: PolicyRef,
  changeOf: (policy: ClusterPolicy) => TextChange | string | undefined,
): Promise<PolicyResult> {
  const { namespacePath, name } = ref;
  let refused: { policy: ClusterPolicy; reason: string } | undefined;
  for (let tries = 0; tries <= MAX_POLICY_TRIES; tries++) {
    const policy = await cluster.policy(namespacePath, name);
    if (!policy) return { state: 'gone' };
    const before = sha256(policy.text);
    const begun = record.begun();
    if (begun?.after.digest === before)
      return { state: 'changed', policy: { ...begun.after, version: policy.version ?? 0 } };
    if (refused && isAsBefore(policy, refused.policy)) return { state: 'refused', reason: refused.reason };
    const change = changeOf(policy);
    if (typeof change === 'string') return { state: 'left', reason: change };
    if (change === undefined) {
      // Somebody has changed the text since, and has kept what was written.
      const isWritten = begun !== undefined && begun.before !== before;
      return isWritten ? { state: 'changed', policy: begun.after } : { state: 'unchanged' };
    }
    if (tries === MAX_POLICY_TRIES) break;
    // Where versions are not counted, it is 0.
    const after = changedPolicy(ref, (policy.version ?? -1) + 1, change);
    await record.begin({ before, after }, change);
    const isLocked = policy.version !== undefined;
    if (!isLocked && (await cluster.policy(namespacePath, name))?.text !== policy.text) continue;
    record.check();
    const outcome = await cluster.writePolicy(namespacePath, name, change.after, policy);
    refused = outcome.done ? undefined : { policy, reason: outcome.why };
  }
  return { state: 'refused', reason: 'others write it at the same time' };
}

function isAsBefore({ text, version }: ClusterPolicy, before: ClusterPolicy): boolean {
  return text === before.text && version === before.version;
}
