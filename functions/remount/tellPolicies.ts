/** What a plan tells of policies: the rules that would no longer match, and what the move would change. Pure. */

import type { AffectedRule, Preview } from './answers.ts';
import { type AffectedPolicy, type MissingRule, whyLeft } from './missingRules.ts';
import type { Move } from './planMove.ts';
import type { PolicyChanges } from './policyChanges.ts';
import type { PolicyMode, UndoMode } from './policyMode.ts';
import { byRight, countByNamespace, type PolicyRights } from './policyRights.ts';

export type ToldPolicies = Pick<Preview, 'policies' | 'hidden_policy_rules' | 'policy_changes'>;

/** What is done with policies: by a move, or by an undo that restores them. */
type ToldMode = PolicyMode | UndoMode;

/**
 * Tells names, rules and texts only of policies that the caller may read; of the others, how many there are.
 * @param rights of the caller, to all of these policies
 */
export function tellPolicies(
  mode: ToldMode,
  affected: readonly AffectedPolicy[],
  { changes, left }: PolicyChanges,
  move: Pick<Move, 'source' | 'target'>,
  rights: PolicyRights,
): ToldPolicies {
  const missed = affected.flatMap(({ namespace, item, rules: missing }) =>
    missing.map((one) => ({ namespacePath: namespace.path, name: item.sk, missing: one })),
  );
  const [shown, hidden] = byRight(missed, rights);
  const [shownChanges, hiddenChanges] = byRight(changes, rights);
  const [shownLeft] = byRight(left, rights);
  return {
    policies: shown.flatMap(({ namespacePath, name, missing }) =>
      shownRules(mode, namespacePath, name, missing, move),
    ),
    hidden_policy_rules: countByNamespace(hidden),
    ...(mode !== 'keep' && {
      policy_changes: {
        changes: shownChanges.map(({ namespacePath: namespace, name: policy, before, after }) => {
          return { namespace, policy, before, after };
        }),
        left: shownLeft.map(({ namespacePath: namespace, name: policy, reason }) => {
          return { namespace, policy, reason };
        }),
        hidden: countByNamespace(hiddenChanges),
      },
    }),
  };
}

/** One for each path that the rule needs. */
function shownRules(
  mode: ToldMode,
  namespace: string,
  policy: string,
  missing: MissingRule,
  move: Pick<Move, 'source' | 'target'>,
): AffectedRule[] {
  const { path, capabilities } = missing.rule;
  const why = mode === 'add' || mode === 'follow' ? whyLeft(missing, namespace, move) : undefined;
  return missing.needs.map((needed) => {
    const home = needed.startsWith(namespace) ? namespace : move.target.namespace.path;
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
