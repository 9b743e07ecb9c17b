/** Finds the policy rules that name a mount, and would no longer match it after its move. */

import { type Acl, authorize } from '../policies/acl.ts';
import { movedRule } from '../policies/movedRule.ts';
import type { PathRule } from '../policies/pathRule.ts';
import { writtenRulesOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { policyKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { AffectedRule } from './answers.ts';
import type { Move } from './planMove.ts';

type Ends = Pick<Move, 'source' | 'target'>;

export interface AffectedPolicies {
  /** The rules of policies that the caller may read, once for each path that they need. */
  shown: AffectedRule[];
  /** How many rules of other policies there are, by the path of their namespace. */
  hidden: Record<string, number>;
}

/** A rule of a policy, and the absolute paths that it needs after the move. */
interface MissingRule {
  namespace: string;
  policy: string;
  rule: PathRule;
  needs: string[];
}

/**
 * Reads the policies of the source's namespace and of its ancestors: no other policy can match the source.
 * @param within the namespace of the request, which learns nothing of those above it (R10)
 * @param acl of the caller
 */
export async function affectedPolicies(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  move: Ends,
  within: Namespace,
  acl: Acl,
): Promise<AffectedPolicies> {
  const seen = ancestry(move.source.namespace).filter(({ path }) => path.startsWith(within.path));
  const now = clock.now();
  const found = await Promise.all(
    seen.map(async ({ id, path }) => {
      const { table, pk } = policyKey(id, '');
      const items = await store.query({ table, pk });
      return items.flatMap((item) => missingRules(move, path, item.sk, writtenRulesOf(item, now)));
    }),
  );
  const { shown = [], hidden = [] } = Object.groupBy(found.flat(), ({ namespace, policy }) =>
    mayRead(acl, namespace, policy) ? 'shown' : 'hidden',
  );
  const counts = Object.groupBy(hidden, ({ namespace }) => namespace);
  return {
    shown: shown.flatMap((missing) => shownRules(missing, move)),
    hidden: Object.fromEntries(Object.entries(counts).map(([path, rules = []]) => [path, rules.length])),
  };
}

function missingRules(
  { source, target }: Ends,
  namespace: string,
  policy: string,
  rules: PathRule[],
): MissingRule[] {
  return rules
    .map((rule) => ({ namespace, policy, rule, needs: movedRule(namespace, rule.path, source, target) }))
    .filter(({ needs }) => needs.length > 0);
}

function shownRules({ namespace, policy, rule, needs }: MissingRule, { target }: Ends): AffectedRule[] {
  return needs.map((needed) => {
    const home = needed.startsWith(namespace) ? namespace : target.namespace.path;
    const replacement = { namespace: home, path: needed.slice(home.length) };
    return { namespace, policy, path: rule.path, capabilities: rule.capabilities, replacement };
  });
}

/** Policies have two paths. */
function mayRead(acl: Acl, namespace: string, policy: string): boolean {
  const paths = [`${namespace}sys/policies/acl/${policy}`, `${namespace}sys/policy/${policy}`];
  return paths.some((path) => authorize(acl, { operation: 'read', path }).allowed);
}

/** A namespace and its ancestors, outermost first. */
function ancestry({ lineage, path }: Namespace): { id: string; path: string }[] {
  const segments = path.split('/');
  return lineage.map((id, depth) => ({
    id,
    path: segments
      .slice(0, depth)
      .map((name) => `${name}/`)
      .join(''),
  }));
}
