/** Finds the policy rules that match the source of a move and will not match its target. */

import { type Acl, authorize } from '../policies/acl.ts';
import { movedRule } from '../policies/movedRule.ts';
import type { Capability } from '../policies/pathRule.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { policyKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { AffectedRule } from './answers.ts';
import type { Move } from './planMove.ts';

export interface AffectedPolicies {
  /** The rules of policies that the caller may read. */
  shown: AffectedRule[];
  /** How many rules of other policies there are, by the path of their namespace. */
  hidden: Record<string, number>;
}

/**
 * Reads the policies of the source's namespace and of its ancestors: no other policy can match the source.
 * @param within the namespace of the request, which learns nothing of those above it (R10)
 * @param acl of the caller
 */
export async function affectedPolicies(
  { store }: Pick<Deps, 'store'>,
  move: Pick<Move, 'source' | 'target'>,
  within: Namespace,
  acl: Acl,
): Promise<AffectedPolicies> {
  const { source, target } = move;
  const seen = ancestry(source.namespace).filter(({ path }) => path.startsWith(within.path));
  const found = await Promise.all(
    seen.map(async ({ id, path }) => {
      const { pk } = policyKey(id, '');
      const items = await store.query({ table: 'access', pk });
      return items.flatMap((item) =>
        affectedRules(path, item.sk, compiledPolicyOf(item.sk, item)?.rules ?? []),
      );
    }),
  );
  const isShown = ({ namespace, policy }: AffectedRule) => mayRead(acl, namespace, policy);
  const { shown = [], hidden = [] } = Object.groupBy(found.flat(), (rule) =>
    isShown(rule) ? 'shown' : 'hidden',
  );
  const counts = Object.groupBy(hidden, ({ namespace }) => namespace);
  return {
    shown,
    hidden: Object.fromEntries(Object.entries(counts).map(([path, rules = []]) => [path, rules.length])),
  };

  function affectedRules(
    namespace: string,
    policy: string,
    rules: { path: string; capabilities: Capability[] }[],
  ): AffectedRule[] {
    const ends = {
      source: source.namespace.path + source.path,
      target: target.namespace.path + target.path,
    };
    return rules.flatMap(({ path, capabilities }) => {
      const moved = movedRule(namespace, path, ends);
      if (moved === undefined) return [];
      const home = moved.startsWith(namespace) ? namespace : target.namespace.path;
      const replacement = { namespace: home, path: moved.slice(home.length) };
      return [{ namespace, policy, path, capabilities, replacement }];
    });
  }
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
