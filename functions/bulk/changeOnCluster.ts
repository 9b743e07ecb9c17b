/**
 * Changes the policies of a run on a cluster, one after the other. There is no transaction of a policy and its record, so the
 * record has each write before the cluster has it.
 */

import { changePolicy, type WriteRecord } from '../cluster/changePolicy.ts';
import { policyItem } from '../cluster/clusterAccess.ts';
import { HoldLost } from '../cluster/hold.ts';
import { type Cluster, ClusterForbids } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Update } from '../ports/store.ts';
import type { ChangedPolicy } from '../remount/policyOrder.ts';
import { changedPolicy } from '../remount/storedChange.ts';
import { GONE } from '../remount/textChange.ts';
import { policyKey, sha256 } from '../store/keys.ts';
import type { BulkRun } from './bulkRun.ts';
import type { Pass } from './policyPass.ts';
import { policyLeft, type RunPolicy, rulesAdded, rulesAddedBy, writeBegun } from './runPolicy.ts';

type RunDeps = Pick<Deps, 'store' | 'clock'> & { cluster: Cluster };

/** The cluster does not take the text that a policy needs before the first move. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  readonly policy: RunPolicy;
  /** In the words of the cluster. */
  readonly reason: string;

  constructor(policy: RunPolicy, reason: string) {
    super('the cluster did not take the new text of a policy');
    this.policy = policy;
    this.reason = reason;
  }
}

/**
 * After the last move, a policy that the service may not write holds no other one up.
 * @param open the policies that the pass has not come to
 * @param until epoch milliseconds after which no further policy is begun
 * @returns whether all of them are done
 * @throws PolicyRefused, ClusterUnavailable, ClusterForbids
 */
export async function changeOnCluster(
  deps: RunDeps,
  run: BulkRun,
  open: RunPolicy[],
  pass: Pass,
  until: number,
): Promise<boolean> {
  let forbidden: ClusterForbids | undefined;
  for (const policy of open) {
    if (deps.clock.now() >= until) return false;
    try {
      await changeOne(deps, run, policy, pass, until);
    } catch (error) {
      // Another execution has done it, or the next one does.
      if (error instanceof HoldLost) return false;
      if (!(error instanceof ClusterForbids) || pass.name === 'add') throw error;
      forbidden ??= error;
    }
  }
  if (forbidden) throw forbidden;
  return true;
}

/** @throws HoldLost when another execution changes the policy, or the time of the step is over */
async function changeOne(
  deps: RunDeps,
  { id }: BulkRun,
  found: RunPolicy,
  pass: Pass,
  until: number,
): Promise<void> {
  const { store, clock, cluster } = deps;
  let policy = pass.name === 'settle' ? await withAdded(deps, id, found) : found;
  let kept: ChangedPolicy | undefined;
  const record: WriteRecord = {
    begun: () => policy.writing,
    async begin(begun, change) {
      const writing = { ...begun, added: rulesAddedBy(change) };
      const next = { writing, writes: (policy.writes ?? 0) + 1 };
      await commitAlone(store, writeBegun(id, policy, next));
      policy = { ...policy, ...next };
    },
    check() {
      if (clock.now() >= until) throw new HoldLost('the time of the step is over');
    },
  };
  const result = await changePolicy(cluster, record, policy, (stored) => {
    const item = policyItem(policyKey(policy.namespaceId, policy.name), stored);
    const now = clock.now();
    const change = pass.changeOf(policy, item, now);
    if (typeof change === 'string' && isWrittenBefore(policy, item, pass, now)) return undefined;
    if (typeof change !== 'object' || change.before !== change.after) return change;
    kept = changedPolicy(policy, stored.version ?? 0, change);
    return undefined;
  });
  switch (result.state) {
    case 'changed': {
      const { added = [] } = policy.writing ?? {};
      return commitAlone(store, pass.done(id, policy, { ...result.policy, added }));
    }
    case 'unchanged':
      return commitAlone(store, pass.done(id, policy, kept));
    case 'refused':
      if (pass.name === 'add') throw new PolicyRefused(policy, result.reason);
      return commitAlone(store, policyLeft(id, policy, result.reason));
    default:
      return commitAlone(store, policyLeft(id, policy, 'reason' in result ? result.reason : GONE));
  }
}

async function commitAlone(store: RunDeps['store'], update: Update): Promise<void> {
  try {
    await store.commit([update]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new HoldLost('another execution changes the policy', { cause: error });
  }
}

/** Somebody has changed a text that the pass had written, and has left it nothing to do. */
function isWrittenBefore(policy: RunPolicy, item: Item, pass: Pass, now: number): boolean {
  const { digest: _, back: __, added = [], ...untouched } = policy;
  if (!policy.writing || added.some((rule) => String(item.text).includes(rule))) return false;
  const change = pass.changeOf(untouched, item, now);
  return typeof change === 'object' && change.before === change.after;
}

/**
 * An execution may have added rules, and died before it recorded that.
 * @returns the policy as it is recorded then
 */
async function withAdded({ store, cluster }: RunDeps, id: string, policy: RunPolicy): Promise<RunPolicy> {
  const { namespacePath, name, phase, writing } = policy;
  if (phase !== 'ordered' || !writing) return policy;
  const { after, added = [] } = writing;
  const text = (await cluster.policy(namespacePath, name))?.text ?? '';
  const { writing: _, ...untouched } = policy;
  if (sha256(text) !== after.digest && !added.some((rule) => text.includes(rule))) return untouched;
  const change = { ...after, added };
  await commitAlone(store, rulesAdded(id, policy, change));
  return { ...untouched, ...change, phase: 'added' };
}
