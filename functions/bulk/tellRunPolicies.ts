/** What a plan and the state of a run tell of policies, as far as the reader may know them. */

import type { PolicyInfo } from '../remount/answers.ts';
import { policyInfo } from '../remount/migrationInfo.ts';
import type { Ends } from '../remount/missingRules.ts';
import type { LeftPolicy } from '../remount/policyOrder.ts';
import { byRight, countByNamespace, type Judges, policyRights } from '../remount/policyRights.ts';
import type { Reader } from '../remount/requesterInfo.ts';
import { tellChanges, tellRule } from '../remount/tellPolicies.ts';
import type { PlanInfo } from './answers.ts';
import type { BulkRun } from './bulkRun.ts';
import { type RunPolicies, rulesLeft } from './orderRunPolicies.ts';
import { changedByRun, type RunPolicy } from './runPolicy.ts';

/**
 * @param judges of the caller
 * @param now epoch milliseconds
 */
export async function planPolicies(
  planned: RunPolicies | undefined,
  moves: readonly Ends[],
  judges: Judges,
  now: number,
): Promise<Pick<PlanInfo, 'policy_changes' | 'policies' | 'hidden_policy_rules'>> {
  if (!planned) return {};
  const { mode } = planned.order;
  const rules = mode === 'restore' ? [] : rulesLeft(planned, moves, now);
  const rights = await policyRights(judges, [...planned.changes, ...planned.left, ...rules]);
  const [shown, hidden] = byRight(rules, rights);
  return {
    policy_changes: tellChanges(planned, rights),
    policies: shown.flatMap(({ namespacePath, name, missing }) =>
      tellRule(mode, namespacePath, name, missing).slice(0, 1),
    ),
    hidden_policy_rules: countByNamespace(hidden),
  };
}

/** @returns nothing if the run was to leave policies as they are */
export function runPolicyInfo(
  run: BulkRun,
  policies: readonly RunPolicy[],
  reader: Reader,
): PolicyInfo | undefined {
  if (!run.policies) return undefined;
  const changed = policies.map(changedByRun).filter((change) => change !== undefined);
  const left = policies.flatMap((policy) => leftByRun(run, policy));
  return policyInfo(run.policies, { changed, left }, reader);
}

/** A run that was given up, or has waited in vain, has not come to all of them. */
function leftByRun({ status }: BulkRun, policy: RunPolicy): LeftPolicy[] {
  const { namespaceId, namespacePath, name, phase, reason } = policy;
  const isUnfinished = status !== 'in-progress' && phase !== 'settled';
  const why = reason ?? (isUnfinished ? 'the run has ended before it was done with it' : undefined);
  return why === undefined ? [] : [{ namespaceId, namespacePath, name, reason: why }];
}
