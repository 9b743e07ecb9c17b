/** How a migration changes the text of one policy. Pure. */

import { editPolicy } from '../policies/editPolicy.ts';
import { type PolicyRecord, policyRecordOf } from '../policies/policyRecord.ts';
import { reversed, type Splice, spliced } from '../policies/splices.ts';
import type { Item } from '../ports/store.ts';
import { sha256 } from '../store/keys.ts';
import { type Ends, missingRules, whyLeft } from './missingRules.ts';
import type { ChangedPolicy, PolicyOrder, PolicyRef } from './policyOrder.ts';

/** A text before and after its change, and what takes the change back. */
export interface TextChange {
  before: string;
  after: string;
  back: Splice[];
}

/** A migration, as far as its changes of policies depend on it. */
export interface Switching {
  ends: Ends;
  /** Once it has one. */
  id?: string;
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
  if (!item || !record) return 'it does not exist any more';
  if (order.mode !== 'restore') return changed(record, edits(order.mode, ref, item, record, switching));
  const { digest, back } = ref as ChangedPolicy;
  if (sha256(record.text) === digest) return changed(record, back);
  const replaced = order.follows ? edits('follow', ref, item, record, switching) : [];
  return changed(record, replaced) ?? 'its text has changed since';
}

function edits(
  mode: 'add' | 'follow',
  { namespacePath }: PolicyRef,
  item: Item,
  { text }: PolicyRecord,
  { ends, id, now }: Switching,
): Splice[] {
  const rules = missingRules(item, namespacePath, ends, now).filter(
    (missing) => whyLeft(missing, namespacePath, ends) === undefined,
  );
  const wanted = rules.flatMap(({ rule, needs }) =>
    needs.map((needed) => ({
      path: rule.path,
      to: needed.slice(namespacePath.length),
      replaces: mode === 'follow',
    })),
  );
  if (wanted.length === 0) return [];
  const { source, target } = ends;
  const from = source.namespace.path + source.path;
  const to = target.namespace.path + target.path;
  return editPolicy(text, wanted, `Added by the move of ${from} to ${to}${id ? `, migration ${id}` : ''}`);
}

/** @param splices of the text; none change nothing */
function changed({ text }: PolicyRecord, splices: Splice[]): TextChange | undefined {
  if (splices.length === 0) return undefined;
  return { before: text, after: spliced(text, splices), back: reversed(text, splices) };
}
