/** The changes of policies that a migration makes in its switch. Pure. */

import {
  MAX_POLICY_UNDO_BYTES,
  MAX_SWITCH_POLICY_BYTES,
  MAX_TRANSACTION_WRITES,
  RESERVED_SWITCH_WRITES,
} from '../limits.ts';
import { policyRecordOf } from '../policies/policyRecord.ts';
import type { Splice } from '../policies/splices.ts';
import type { Item } from '../ports/store.ts';
import { sha256 } from '../store/keys.ts';
import { changeableRules, editedPolicy, type PolicyChange, ruleSplices } from './editedPolicy.ts';
import type { Ends } from './missingRules.ts';
import type { ChangedPolicy, LeftPolicy, PolicyOrder, PolicyRef } from './policyOrder.ts';

export interface PolicyChanges {
  changes: PolicyChange[];
  left: LeftPolicy[];
}

export interface Switching {
  ends: Ends;
  /** Epoch milliseconds. */
  now: number;
}

/** @param items the policies of the order as they are stored now */
export function policyChanges(
  order: PolicyOrder,
  items: readonly (Item | undefined)[],
  switching: Switching,
): PolicyChanges {
  const result: PolicyChanges = { changes: [], left: [] };
  let bytes = 0;
  let undoBytes = 0;
  order.policies.forEach((ref, i) => {
    const change = changeOf(order, ref, items[i], switching);
    if (change === undefined) return;
    if (typeof change === 'string') {
      result.left.push(leftPolicy(ref, change));
      return;
    }
    bytes += sizeOf(change.put);
    undoBytes += sizeOf(change.back);
    const fits =
      result.changes.length < roomFor(switching.ends) &&
      bytes <= MAX_SWITCH_POLICY_BYTES &&
      undoBytes <= MAX_POLICY_UNDO_BYTES;
    if (fits) result.changes.push(change);
    else
      result.left.push(
        leftPolicy(ref, `the transaction of the switch has room for ${result.changes.length} policies`),
      );
  });
  return result;
}

/** Policies that the transaction of the switch has room for, beside the tree and the migration. */
function roomFor({ source, target }: Ends): number {
  const segments = [source, target].flatMap(({ path }) => path.split('/').slice(0, -1));
  return Math.max(0, MAX_TRANSACTION_WRITES - RESERVED_SWITCH_WRITES - segments.length);
}

/** @returns why the policy is left as it is; nothing if there is nothing to change */
function changeOf(
  order: PolicyOrder,
  ref: PolicyRef | ChangedPolicy,
  item: Item | undefined,
  switching: Switching,
): PolicyChange | string | undefined {
  const { ends, now } = switching;
  const record = item && policyRecordOf(item.sk, item, now);
  if (!item || !record) return GONE;
  const edits = (mode: 'add' | 'follow'): Splice[] => {
    const rules = changeableRules(item, ref.namespacePath, () => [ends], now);
    return ruleSplices(mode, ref.namespacePath, record.text, rules);
  };
  if (order.mode !== 'restore') return editedPolicy(ref, record, edits(order.mode), now);
  const { digest, back } = ref as ChangedPolicy;
  if (sha256(record.text) === digest) return editedPolicy(ref, record, back, now);
  return editedPolicy(ref, record, order.follows ? edits('follow') : [], now) ?? CHANGED_SINCE;
}

/** Why a policy is left as it is. */
export const GONE = 'it does not exist any more';
export const CHANGED_SINCE = 'its text has changed since';

function leftPolicy({ namespaceId, namespacePath, name }: PolicyRef, reason: string): LeftPolicy {
  return { namespaceId, namespacePath, name, reason };
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
