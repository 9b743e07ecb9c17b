/**
 * Changes the policies of a run on a cluster, one after the other. There is no transaction of a policy and its record, so the
 * record has each write before the cluster has it.
 */

import { changePolicy, type WriteRecord } from '../cluster/changePolicy.ts';
import { policyItem } from '../cluster/clusterAccess.ts';
import { HoldLost } from '../cluster/hold.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import type { ChangedPolicy } from '../remount/policyOrder.ts';
import { changedPolicy } from '../remount/storedChange.ts';
import { GONE } from '../remount/textChange.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
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
  try {
    for (const policy of open) {
      if (deps.clock.now() >= until) return false;
      await changeOne(deps, run, policy, pass, until);
    }
    return true;
  } catch (error) {
    // Another execution has done it, or the next one does.
    if (error instanceof HoldLost) return false;
    throw error;
  }
}

async function changeOne(
  deps: RunDeps,
  run: BulkRun,
  found: RunPolicy,
  pass: Pass,
  until: number,
): Promise<void> {
  const { store, clock, cluster } = deps;
  const { id } = run;
  const policy = pass.name === 'settle' ? await withAdded(deps, id, found) : found;
  let { writing } = policy;
  let kept: ChangedPolicy | undefined;
  const record: WriteRecord = {
    begun: () => writing,
    async begin(begun, change) {
      writing = { ...begun, added: rulesAddedBy(change) };
      try {
        await store.commit([writeBegun(id, policy, writing)]);
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        throw new HoldLost('another execution has changed the policy', { cause: error });
      }
    },
    check() {
      if (clock.now() >= until) throw new HoldLost('the time of the step is over');
    },
  };
  const result = await changePolicy(cluster, record, policy, (stored) => {
    const item = policyItem(policyKey(policy.namespaceId, policy.name), stored);
    const change = pass.changeOf(policy, item, clock.now());
    if (typeof change !== 'object' || change.before !== change.after) return change;
    kept = changedPolicy(policy, stored.version ?? 0, change);
    return undefined;
  });
  switch (result.state) {
    case 'changed':
      return commitUnlessDone(store, [
        pass.done(id, policy, { ...result.policy, added: writing?.added ?? [] }),
      ]);
    case 'unchanged':
      return commitUnlessDone(store, [pass.done(id, policy, kept)]);
    case 'refused':
      if (pass.name === 'add') throw new PolicyRefused(policy, result.reason);
      return commitUnlessDone(store, [policyLeft(id, policy, result.reason)]);
    default:
      return commitUnlessDone(store, [policyLeft(id, policy, 'reason' in result ? result.reason : GONE)]);
  }
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
  await commitUnlessDone(store, [rulesAdded(id, policy, change)]);
  return { ...untouched, ...change, phase: 'added' };
}
