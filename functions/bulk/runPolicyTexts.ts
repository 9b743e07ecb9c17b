/**
 * The texts that a run gives to a policy: before its first move, with a rule for each target, and after its last one, as the
 * moves that were made demand it. Pure.
 *
 * After the last move, the text is what it would be if the run had not written it before, and now changed the rules of the moves
 * that were made, all at once.
 */

import { policyRecordOf, withText } from '../policies/policyRecord.ts';
import { reversed, type Splice, spliced } from '../policies/splices.ts';
import type { Item } from '../ports/store.ts';
import type { MovesFor } from '../remount/missingRules.ts';
import { changeableRules, ruleSplices } from '../remount/ruleSplices.ts';
import { CHANGED_SINCE, changed, GONE, type TextChange } from '../remount/textChange.ts';
import { sha256 } from '../store/keys.ts';
import type { OrderedPolicy, RunPolicy } from './runPolicy.ts';

/** What the rules of the moved mounts become; an undo undoes what the run before has made of them. */
export interface RunPolicyMode {
  mode: 'add' | 'follow' | 'restore';
  /** Whether rules get the path of the target in the end; otherwise rules are added only. */
  follows: boolean;
}

/** The moves that decide what a text is to be in the end. */
export interface MadeMoves {
  /** Finds those that were made. */
  movesFor: MovesFor;
  /** Whether all moves of the run were made. */
  isWhole: boolean;
}

/**
 * @param item of the policy as it is stored now
 * @param movesFor finds the moves of the run
 * @param now epoch milliseconds
 * @returns a text says why the policy is left as it is; nothing if no rule has to be added
 */
export function withAddedRules(
  policy: OrderedPolicy,
  item: Item | undefined,
  movesFor: MovesFor,
  now: number,
): TextChange | string | undefined {
  const record = item && policyRecordOf(item.sk, item, now);
  if (!item || !record) return GONE;
  const rules = changeableRules(item, policy.namespacePath, movesFor, now);
  return changed(record, ruleSplices('add', policy.namespacePath, record.text, rules));
}

/**
 * @param item of the policy as it is stored now
 * @param now epoch milliseconds
 * @returns the text may be what it was, and `back` then tells what the run has changed; a text says why the policy is left as it is
 */
export function settledPolicy(
  { follows }: RunPolicyMode,
  policy: OrderedPolicy & Pick<RunPolicy, 'digest' | 'back' | 'added'>,
  item: Item | undefined,
  { movesFor, isWhole }: MadeMoves,
  now: number,
): TextChange | string {
  const record = item && policyRecordOf(item.sk, item, now);
  if (!item || !record) return GONE;
  const { namespacePath, restores } = policy;
  const { text } = record;
  const plain = withoutAdded(policy, text);
  if (plain === undefined) return CHANGED_SINCE;
  const isAsLeft = isWhole && restores?.digest === sha256(plain);
  const splices = isAsLeft ? restores.back : editsOf(follows, namespacePath, item, plain, movesFor, now);
  const after = spliced(plain, splices);
  const back = reversed(plain, splices);
  if (after === text && restores && !isAsLeft && splices.length === 0)
    return isWhole ? CHANGED_SINCE : NOT_ALL_BACK;
  return { before: text, after, back };
}

const NOT_ALL_BACK = 'not every mount has moved back';

/** @returns nothing if somebody has changed the rules that the run has added */
function withoutAdded(
  { digest, back = [], added = [] }: Pick<RunPolicy, 'digest' | 'back' | 'added'>,
  text: string,
): string | undefined {
  if (sha256(text) === digest) return spliced(text, back);
  let left = text;
  for (const rule of added) {
    const at = left.indexOf(rule);
    if (at === -1 || at !== left.lastIndexOf(rule)) return undefined;
    left = left.slice(0, at) + left.slice(at + rule.length);
  }
  return left;
}

/** None for a text that somebody has made unreadable. */
function editsOf(
  follows: boolean,
  namespacePath: string,
  item: Item,
  plain: string,
  movesFor: MovesFor,
  now: number,
): Splice[] {
  const stored = plain === item.text ? item : withText(item, plain);
  const rules = changeableRules(stored, namespacePath, movesFor, now);
  return ruleSplices(follows ? 'follow' : 'add', namespacePath, plain, rules);
}
