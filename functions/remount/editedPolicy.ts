/** The write that changes the text of a policy, with what takes the change back. Pure. */

import { VaultError } from '../http/errors.ts';
import { editPolicy } from '../policies/editPolicy.ts';
import { PolicyError, parsePolicy } from '../policies/policy.ts';
import { nextItem, type PolicyRecord } from '../policies/policyRecord.ts';
import { reversed, type Splice, spliced } from '../policies/splices.ts';
import type { Item, Put } from '../ports/store.ts';
import { policyKey, sha256 } from '../store/keys.ts';
import { type MissingRule, type MovesFor, missingRules, whyLeft } from './missingRules.ts';
import type { ChangedPolicy, PolicyRef } from './policyOrder.ts';

/** A change of one policy. */
export interface PolicyChange extends ChangedPolicy {
  before: string;
  after: string;
  /** Conditional on the version that was read. */
  put: Put;
}

/**
 * @param splices of its text; none change nothing
 * @param now epoch milliseconds
 * @returns why the policy cannot be written; nothing if there is nothing to change
 */
export function editedPolicy(
  { namespaceId, namespacePath, name }: PolicyRef,
  record: PolicyRecord,
  splices: readonly Splice[],
  now: number,
): PolicyChange | string | undefined {
  if (splices.length === 0) return undefined;
  const { text, version, casRequired, expiresAt } = record;
  const after = spliced(text, splices);
  try {
    const next = { text: after, policy: parsePolicy(after), casRequired, cas: version, expiresAt };
    const item = nextItem(policyKey(namespaceId, name), record, next, now);
    return {
      ...{ namespaceId, namespacePath, name },
      ...{ version: version + 1, digest: sha256(after), back: reversed(text, splices) },
      ...{ before: text, after, put: { put: item, if: { version } } },
    };
  } catch (error) {
    if (error instanceof PolicyError || error instanceof VaultError)
      return 'with the new rules, its text would be too long or no policy';
    throw error;
  }
}

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
