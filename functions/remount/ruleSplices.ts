/** How moves change the rules in the text of a policy. Pure. */

import { editPolicy } from '../policies/editPolicy.ts';
import type { Splice } from '../policies/splices.ts';
import type { Item } from '../ports/store.ts';
import { type MissingRule, type MovesFor, missingRules, whyLeft } from './missingRules.ts';

/**
 * The rules of a policy that moves can change.
 * @param now epoch milliseconds
 */
export function changeableRules(
  item: Item,
  namespacePath: string,
  movesFor: MovesFor,
  now: number,
): MissingRule[] {
  return missingRules(item, namespacePath, movesFor, now).filter(
    (missing) => whyLeft(missing, namespacePath) === undefined,
  );
}

/**
 * @param mode whether a rule is added beside each of them, or they are replaced
 * @param rules of the text
 */
export function ruleSplices(
  mode: 'add' | 'follow',
  namespacePath: string,
  text: string,
  rules: readonly MissingRule[],
): Splice[] {
  const wanted = rules.flatMap(({ rule, ends, needs }) =>
    needs.map((needed) => ({
      path: rule.path,
      to: needed.slice(namespacePath.length),
      replaces: mode === 'follow',
      comment: commentOf(ends),
    })),
  );
  return editPolicy(text, wanted);
}

function commentOf({ source, target, id }: MissingRule['ends']): string {
  const [from, to] = [source, target].map(({ namespace, path }) => namespace.path + path);
  return `Added by the move of ${from} to ${to}${id ? `, migration ${id}` : ''}`;
}
