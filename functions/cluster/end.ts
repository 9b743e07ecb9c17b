/** How a migration on a cluster ends: policies are finished, or what was added to them is taken back. */

import type { Failure } from '../remount/migration.ts';
import { finishPolicies, takeRulesBack } from './followPolicies.ts';
import { hasAdded } from './policyWork.ts';
import { failedOnCluster, mayBeAtTarget, movedOnCluster } from './transitions.ts';
import { type ENDED, end, type Pause, type Work } from './work.ts';

/** The mount is verified at the target. */
export async function succeed(work: Work): Promise<Pause | typeof ENDED> {
  return (await finishPolicies(work)) === 'unfinished' ? 0 : succeedAsItIs(work);
}

/** @param why policies that are not finished stay as they are */
export async function succeedAsItIs(work: Work, why?: string): Promise<typeof ENDED> {
  const { deps, hold } = work;
  return end(work, movedOnCluster(hold.migration, hold.by, deps.clock.now(), why));
}

/** The migration fails. If rules were added to policies, it takes them back first. */
export async function fail(work: Work, failure: Failure): Promise<Pause | typeof ENDED> {
  const { hold } = work;
  if (!hasAdded(hold.migration)) return failAsItIs(work, failure);
  if (mayBeAtTarget({ ...hold.migration, error: failure }))
    return failAsItIs(work, failure, 'the mount may be at the target, so the rules that were added stay');
  const { code, message } = failure;
  await hold.write(() => ({ phase: 'reverting', error: { code, message } }));
  return 0;
}

/** The piece of a migration that has failed, and takes back what it has added to policies. */
export async function revert(work: Work): Promise<Pause | typeof ENDED> {
  if ((await takeRulesBack(work)) === 'unfinished') return 0;
  return endReverted(work);
}

/** @param why what is not taken back stays */
export async function endReverted(work: Work, why?: string): Promise<typeof ENDED> {
  const { error } = work.hold.migration;
  if (!error) throw new TypeError('the record does not say why the migration fails');
  return failAsItIs(work, error, why);
}

async function failAsItIs(work: Work, failure: Failure, why?: string): Promise<typeof ENDED> {
  const { deps, hold } = work;
  return end(work, failedOnCluster(hold.migration, hold.by, failure, deps.clock.now(), why));
}
