/** Finds the policy rules that name a mount, and would no longer match it after its move. */

import { movedRule, namesOnly } from '../policies/movedRule.ts';
import type { PathRule } from '../policies/pathRule.ts';
import { writtenRulesOf } from '../policies/policyRecord.ts';
import type { MountPlace } from '../policies/requestPaths.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { policyKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Move } from './planMove.ts';

/** Where a mount is and where it is going. */
export interface Ends {
  source: MountPlace;
  target: MountPlace;
  /** The migration, once it has an id. */
  id?: string;
}

/** A rule, and the absolute paths that it needs after the move of a mount. */
export interface MissingRule {
  rule: PathRule;
  ends: Ends;
  needs: string[];
}

/** Finds the moves that a rule may concern; its path is relative to the namespace of its policy. */
export type MovesFor = (namespacePath: string, path: string) => Iterable<Ends>;

/** A stored policy with such rules. */
export interface AffectedPolicy {
  namespace: { id: string; path: string };
  item: Item;
  rules: MissingRule[];
}

/**
 * Reads the policies of the source's namespace and of its ancestors: no other policy can match the source.
 * @param within the namespace of the request, which learns nothing of those above it (R10)
 */
export async function findMissingRules(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  move: Pick<Move, 'source' | 'target'>,
  within: Namespace,
): Promise<AffectedPolicy[]> {
  const now = clock.now();
  const policies = await readPoliciesAbove(store, [move.source.namespace], within);
  return policies
    .map(({ namespace, item }) => ({
      namespace,
      item,
      rules: missingRules(item, namespace.path, () => [move], now),
    }))
    .filter(({ rules }) => rules.length > 0);
}

/** The stored policies of these namespaces and of their ancestors, as far as they are in the namespace of the request. */
export async function readPoliciesAbove(
  store: Deps['store'],
  namespaces: readonly Namespace[],
  within: Namespace,
): Promise<Omit<AffectedPolicy, 'rules'>[]> {
  const above = namespaces.flatMap(ancestry).filter(({ path }) => path.startsWith(within.path));
  const distinct = new Map(above.map((namespace) => [namespace.id, namespace]));
  const found = await severalAtOnce([...distinct.values()], async (namespace) => {
    const { table, pk } = policyKey(namespace.id, '');
    return (await store.query({ table, pk })).map((item) => ({ namespace, item }));
  });
  return found.flat();
}

/**
 * The rules of one policy. What another rule of it grants already is not missing.
 * @param now epoch milliseconds
 */
export function missingRules(
  item: Item,
  namespacePath: string,
  movesFor: MovesFor,
  now: number,
): MissingRule[] {
  return [...eachMissingRule(item, namespacePath, movesFor, now)];
}

/** The same one by one, for who does not need them all. */
export function* eachMissingRule(
  item: Item,
  namespacePath: string,
  movesFor: MovesFor,
  now: number,
): Iterable<MissingRule> {
  const rules = writtenRulesOf(item, now);
  const present = new Set(rules.map((rule) => contentAt(namespacePath + rule.path, rule)));
  for (const rule of rules) {
    for (const ends of movesFor(namespacePath, rule.path)) {
      const needed = movedRule(namespacePath, rule.path, ends.source, ends.target);
      const needs = needed.filter((path) => !present.has(contentAt(path, rule)));
      if (needs.length > 0) yield { rule, ends, needs };
    }
  }
}

/** An absolute path and what the rule says of it, as one text to compare. What cannot be judged names the rule's own path. */
function contentAt(path: string, rule: PathRule): string {
  return JSON.stringify({ ...rule, path, unjudged: rule.unjudged !== undefined });
}

/**
 * Why a move cannot change a rule, whoever asks for it.
 * @param namespacePath of the policy
 */
export function whyLeft(
  { rule, ends: { source, target }, needs }: MissingRule,
  namespacePath: string,
): string | undefined {
  if (!target.namespace.path.startsWith(namespacePath))
    return 'a policy of its namespace cannot name a path outside of that';
  if (!namesOnly(namespacePath, rule.path, source))
    return "it has a wildcard in the place of the mount's path, so it names other mounts, too";
  const isExact = needs.every((path) => namesOnly('', path, target)) && !target.path.includes('{{');
  return isExact ? undefined : 'the new path of the mount would be read as a wildcard or a template';
}

/** A namespace and its ancestors, outermost first. */
function ancestry({ lineage, path }: Pick<Namespace, 'lineage' | 'path'>): { id: string; path: string }[] {
  const segments = path.split('/');
  return lineage.map((id, depth) => ({
    id,
    path: segments
      .slice(0, depth)
      .map((name) => `${name}/`)
      .join(''),
  }));
}
