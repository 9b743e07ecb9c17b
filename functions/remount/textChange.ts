/** How a migration changes the text of one policy. Pure. */

import { type PolicyRecord, policyRecordOf } from '../policies/policyRecord.ts';
import { reversed, type Splice, spliced } from '../policies/splices.ts';
import type { Item } from '../ports/store.ts';
import { sha256 } from '../store/keys.ts';
import type { Ends } from './missingRules.ts';
import type { ChangedPolicy, PolicyOrder, PolicyRef } from './policyOrder.ts';
import { changeableRules, ruleSplices } from './ruleSplices.ts';

/** A text before and after its change, and what takes the change back. */
export interface TextChange {
  before: string;
  after: string;
  back: Splice[];
}

/** A migration, as far as its changes of policies depend on it. */
export interface Switching {
  ends: Ends;
  /** Epoch milliseconds. */
  now: number;
}

/** @returns why the policy is left as it is; nothing if there is nothing to change */
export function textChange(
  order: PolicyOrder,
  ref: PolicyRef | ChangedPolicy,
  item: Item | undefined,
  switching: Switching,
): TextChange | string | undefined {
  const record = item && policyRecordOf(item.sk, item, switching.now);
  if (!item || !record) return GONE;
  if (order.mode !== 'restore') return changed(record, edits(order.mode, ref, item, record, switching));
  const { digest, back } = ref as ChangedPolicy;
  if (sha256(record.text) === digest) return changed(record, back);
  const replaced = order.follows ? edits('follow', ref, item, record, switching) : [];
  return changed(record, replaced) ?? CHANGED_SINCE;
}

function edits(
  mode: 'add' | 'follow',
  { namespacePath }: PolicyRef,
  item: Item,
  { text }: PolicyRecord,
  { ends, now }: Switching,
): Splice[] {
  const rules = changeableRules(item, namespacePath, () => [ends], now);
  return ruleSplices(mode, namespacePath, text, rules);
}

/** @param splices of the text; none change nothing */
export function changed({ text }: PolicyRecord, splices: Splice[]): TextChange | undefined {
  if (splices.length === 0) return undefined;
  return { before: text, after: spliced(text, splices), back: reversed(text, splices) };
}

/** Why a policy is left as it is. */
export const GONE = 'it does not exist any more';
export const CHANGED_SINCE = 'its text has changed since';
