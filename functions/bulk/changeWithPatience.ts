/**
 * Policies of a run on a cluster that cannot be changed now. A cluster that does not answer is waited for. What it refuses before
 * the first move stops the run; after the last one, it is waited for, too: the right may come back.
 */

import { logUnanswered } from '../cluster/logUnanswered.ts';
import { CLUSTER_PATIENCE_MS } from '../limits.ts';
import { type Cluster, ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import type { Deps } from '../ports/deps.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { namespaceInWords } from '../tree/namespace.ts';
import { type BulkRun, runStopped, runWaits } from './bulkRun.ts';
import { changeOnCluster, PolicyRefused } from './changeOnCluster.ts';
import type { Pass } from './policyPass.ts';
import { policyLeft, type RunPolicy } from './runPolicy.ts';

type RunDeps = Pick<Deps, 'store' | 'clock' | 'log'> & { cluster: Cluster };

/**
 * @param open the policies that the pass has not come to
 * @param until epoch milliseconds after which no further policy is begun
 * @returns whether the pass is over; policies that it has not come to then are left as they are
 */
export async function changeWithPatience(
  deps: RunDeps,
  run: BulkRun,
  open: RunPolicy[],
  pass: Pass,
  until: number,
): Promise<boolean> {
  try {
    return await changeOnCluster(deps, run, open, pass, until);
  } catch (error) {
    const isUnanswered = error instanceof ClusterForbids || error instanceof ClusterUnavailable;
    if (isUnanswered) logUnanswered(deps.log, run.id, error);
    const stop = pass.name === 'add' ? stopFor(error) : undefined;
    if (stop) {
      const left = error instanceof PolicyRefused ? [policyLeft(run.id, error.policy, error.reason)] : [];
      await commitUnlessDone(deps.store, [runStopped(run.id, stop), ...left]);
      return false;
    }
    if (!isUnanswered) throw error;
    return waitFor(deps, run, pass, error);
  }
}

async function waitFor(
  { store, clock }: RunDeps,
  run: BulkRun,
  pass: Pass,
  error: ClusterForbids | ClusterUnavailable,
): Promise<boolean> {
  const { id, waiting } = run;
  const { message: why } = error;
  const now = clock.now();
  const since = waiting?.since ?? now;
  if (now - since <= CLUSTER_PATIENCE_MS) await commitUnlessDone(store, [runWaits(id, { why, since })]);
  else if (pass.name === 'settle') return true;
  else await commitUnlessDone(store, [runStopped(id, unanswered(why))]);
  return false;
}

type Stop = NonNullable<BulkRun['error']>;

function stopFor(error: unknown): Stop | undefined {
  if (error instanceof ClusterForbids)
    return { code: 'cluster_forbids', message: `${error.message}; ${NOTHING_MOVED}` };
  if (!(error instanceof PolicyRefused)) return undefined;
  const { namespacePath } = error.policy;
  const what = `the cluster did not take the new text of a policy of ${namespaceInWords(namespacePath)}`;
  return { code: 'policy_refused', message: `${what}; ${NOTHING_MOVED}` };
}

function unanswered(why: string): Stop {
  const hours = CLUSTER_PATIENCE_MS / 3_600_000;
  const message = `the cluster did not answer for ${hours} hours (${why}); ${NOTHING_MOVED}`;
  return { code: 'cluster_unavailable', message };
}

const NOTHING_MOVED = 'no mount was moved';
