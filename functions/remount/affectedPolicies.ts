/** Finds the policy rules that match the source of a move and will not match its target. */

import { movedRule } from '../policies/movedRule.ts';
import type { Capability } from '../policies/pathRule.ts';
import { compiledPolicyOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import { policyKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { AffectedRule } from './answers.ts';
import type { Move } from './planMove.ts';

/**
 * Reads the policies of the source's namespace and of its ancestors: no other policy can match the source.
 * @param within the namespace of the request, which learns nothing of those above it (R10)
 */
export async function affectedPolicies(
  { store }: Pick<Deps, 'store'>,
  move: Move,
  within: Namespace,
): Promise<AffectedRule[]> {
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
  return found.flat();

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
