/** The changes of policies that a migration makes in its switch. Pure. */

import { VaultError } from '../http/errors.ts';
import {
  MAX_POLICY_UNDO_BYTES,
  MAX_SWITCH_POLICY_BYTES,
  MAX_TRANSACTION_WRITES,
  RESERVED_SWITCH_WRITES,
} from '../limits.ts';
import { editPolicy } from '../policies/editPolicy.ts';
import { PolicyError, parsePolicy } from '../policies/policy.ts';
import { nextItem, type PolicyRecord, policyRecordOf } from '../policies/policyRecord.ts';
import { reversed, type Splice, spliced } from '../policies/splices.ts';
import type { Item, Put } from '../ports/store.ts';
import { policyKey, sha256 } from '../store/keys.ts';
import { type Ends, missingRules, whyLeft } from './missingRules.ts';
import type { ChangedPolicy, LeftPolicy, PolicyOrder, PolicyRef } from './policyOrder.ts';

/** A change of one policy. */
interface PolicyChange extends ChangedPolicy {
  before: string;
  after: string;
  /** Conditional on the version that was read. */
  put: Put;
}

export interface PolicyChanges {
  changes: PolicyChange[];
  left: LeftPolicy[];
}

export interface Switching {
  ends: Ends;
  /** The migration, once it has an id. */
  id?: string;
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
  const record = item && policyRecordOf(item.sk, item, switching.now);
  if (!item || !record) return 'it does not exist any more';
  if (order.mode !== 'restore')
    return changed(ref, record, edits(order.mode, ref, item, record, switching), switching.now);
  const { digest, back } = ref as ChangedPolicy;
  if (sha256(record.text) === digest) return changed(ref, record, back, switching.now);
  const replaced = order.follows ? edits('follow', ref, item, record, switching) : [];
  return changed(ref, record, replaced, switching.now) ?? 'its text has changed since';
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
  const { source, target } = ends;
  const from = source.namespace.path + source.path;
  const to = target.namespace.path + target.path;
  return editPolicy(text, wanted, `Added by the move of ${from} to ${to}${id ? `, migration ${id}` : ''}`);
}

/** @param splices of its text; none change nothing */
function changed(
  { namespaceId, namespacePath, name }: PolicyRef,
  record: PolicyRecord,
  splices: Splice[],
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

function leftPolicy({ namespaceId, namespacePath, name }: PolicyRef, reason: string): LeftPolicy {
  return { namespaceId, namespacePath, name, reason };
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
