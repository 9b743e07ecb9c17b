/** What a plan tells of policies: the rules that would no longer match, and what the move would change. Pure. */

import type { AffectedRule, Preview } from './answers.ts';
import { type AffectedPolicy, type MissingRule, whyLeft } from './missingRules.ts';
import type { PolicyChanges } from './policyChanges.ts';
import type { PolicyMode, UndoMode } from './policyMode.ts';
import type { LeftPolicy } from './policyOrder.ts';
import { byRight, countByNamespace, type PolicyRights } from './policyRights.ts';

export type ToldPolicies = Pick<Preview, 'policies' | 'hidden_policy_rules' | 'policy_changes'>;

/** What is done with policies: by a move, or by an undo that restores them. */
type ToldMode = PolicyMode | UndoMode;

/** The part of a change that is shown. */
type ShownChange = Pick<PolicyChanges['changes'][number], 'namespacePath' | 'name' | 'before' | 'after'>;

/**
 * Tells names, rules and texts only of policies that the caller may read; of the others, how many there are.
 * @param rights of the caller, to all of these policies
 */
export function tellPolicies(
  mode: ToldMode,
  affected: readonly AffectedPolicy[],
  { changes, left }: PolicyChanges,
  rights: PolicyRights,
): ToldPolicies {
  const missed = affected.flatMap(({ namespace, item, rules: missing }) =>
    missing.map((one) => ({ namespacePath: namespace.path, name: item.sk, missing: one })),
  );
  const [shown, hidden] = byRight(missed, rights);
  return {
    policies: shown.flatMap(({ namespacePath, name, missing }) =>
      tellRule(mode, namespacePath, name, missing),
    ),
    hidden_policy_rules: countByNamespace(hidden),
    ...(mode !== 'keep' && { policy_changes: tellChanges({ changes, left }, rights) }),
  };
}

/** @param rights of the caller, to all of these policies */
export function tellChanges(
  { changes, left }: { changes: readonly ShownChange[]; left: readonly LeftPolicy[] },
  rights: PolicyRights,
): NonNullable<ToldPolicies['policy_changes']> {
  const [shown, hidden] = byRight(changes, rights);
  const [shownLeft] = byRight(left, rights);
  return {
    changes: shown.map(({ namespacePath: namespace, name: policy, before, after }) => {
      return { namespace, policy, before, after };
    }),
    left: shownLeft.map(({ namespacePath: namespace, name: policy, reason }) => ({
      namespace,
      policy,
      reason,
    })),
    hidden: countByNamespace(hidden),
  };
}

/** One for each path that the rule needs. */
export function tellRule(
  mode: ToldMode,
  namespace: string,
  policy: string,
  missing: MissingRule,
): AffectedRule[] {
  const { path, capabilities } = missing.rule;
  const why = mode === 'add' || mode === 'follow' ? whyLeft(missing, namespace) : undefined;
  return missing.needs.map((needed) => {
    const home = needed.startsWith(namespace) ? namespace : missing.ends.target.namespace.path;
    const replacement = { namespace: home, path: needed.slice(home.length) };
    return {
      namespace,
      policy,
      path,
      capabilities,
      replacement,
      ...(why !== undefined && { left_because: why }),
    };
  });
}
