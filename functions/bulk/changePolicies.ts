/** Changes the policies of a run: before its first move, and after its last one. */

import type { Deps } from '../ports/deps.ts';
import type { Store } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { BULK_POLICIES, migrationKey } from '../store/keys.ts';
import { type BulkRun, policiesCome, stopOf } from './bulkRun.ts';
import { changeNatively } from './changeNatively.ts';
import { changeWithPatience } from './changeWithPatience.ts';
import { type PassName, passOf } from './policyPass.ts';
import type { RunState } from './readRun.ts';
import { type RunPolicy, runPolicyOf } from './runPolicy.ts';

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
  const { isDone, locked = [] } = cluster
    ? { isDone: await changeWithPatience({ ...deps, cluster }, run, open, pass, until) }
    : await changeNatively(deps, run, open, pass, until);
  const come = due === 'add' ? policiesCome(run, 'added', locked) : policiesCome(run, 'settled');
  if (isDone) await commitUnlessDone(deps.store, [come]);
  return isDone;
}

/** In the order in which they were ordered. */
export async function readRunPolicies(store: Store, id: string): Promise<RunPolicy[]> {
  const { table, pk } = migrationKey(id);
  const items = await store.query({ table, pk, prefix: BULK_POLICIES });
  return items.map(runPolicyOf).filter((policy) => policy !== undefined);
}
