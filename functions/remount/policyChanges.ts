/**
 * The changes of policies that a migration makes: natively in the transaction of its switch, so there is room for some of them
 * only; on a cluster one after the other. Pure.
 */

import {
  MAX_CLUSTER_POLICIES,
  MAX_POLICY_UNDO_BYTES,
  MAX_SWITCH_POLICY_BYTES,
  MAX_TRANSACTION_WRITES,
  RESERVED_SWITCH_WRITES,
} from '../limits.ts';
import { policyRecordOf } from '../policies/policyRecord.ts';
import type { Item, Put } from '../ports/store.ts';
import type { Ends } from './missingRules.ts';
import type { ChangedPolicy, LeftPolicy, PolicyOrder, PolicyRef } from './policyOrder.ts';
import { changedPolicy, type StoredChange, storedChange } from './storedChange.ts';
import { type Switching, type TextChange, textChange } from './textChange.ts';

/** A change of one policy. */
type PolicyChange = ChangedPolicy & TextChange & Partial<Pick<StoredChange, 'put'>>;

export interface PolicyChanges {
  changes: PolicyChange[];
  left: LeftPolicy[];
}

/**
 * @param items the policies of the order as they are stored now
 * @param isOnCluster whether a cluster has the policies
 */
export function policyChanges(
  order: PolicyOrder,
  items: readonly (Item | undefined)[],
  switching: Switching,
  isOnCluster = false,
): PolicyChanges {
  const result: PolicyChanges = { changes: [], left: [] };
  let bytes = 0;
  let undoBytes = 0;
  order.policies.forEach((ref, i) => {
    const edited = textChange(order, ref, items[i], switching);
    if (edited === undefined) return;
    const change: (TextChange & { put?: Put }) | string =
      typeof edited === 'string' || isOnCluster
        ? edited
        : storedChange(ref, policyRecordOf(ref.name, items[i], switching.now), edited, switching.now);
    if (typeof change === 'string') {
      result.left.push(leftPolicy(ref, change));
      return;
    }
    const policy = changedPolicy(ref, Number(items[i]?.version) + 1, change);
    bytes += change.put ? sizeOf(change.put) : 0;
    undoBytes += sizeOf(policy.back);
    const fits =
      result.changes.length < (isOnCluster ? MAX_CLUSTER_POLICIES : roomFor(switching.ends)) &&
      bytes <= MAX_SWITCH_POLICY_BYTES &&
      undoBytes <= MAX_POLICY_UNDO_BYTES;
    if (fits) result.changes.push({ ...policy, ...change });
    else result.left.push(leftPolicy(ref, noRoom(result.changes.length, isOnCluster)));
  });
  return result;
}

function noRoom(policies: number, isOnCluster: boolean): string {
  if (isOnCluster) return `the record of a migration has room for ${policies} policies`;
  return `the transaction of the switch has room for ${policies} policies; a bulk run of this move writes more, before and after it`;
}

/** Policies that the transaction of the switch has room for, beside the tree and the migration. */
function roomFor({ source, target }: Ends): number {
  const segments = [source, target].flatMap(({ path }) => path.split('/').slice(0, -1));
  return Math.max(0, MAX_TRANSACTION_WRITES - RESERVED_SWITCH_WRITES - segments.length);
}

export function leftPolicy({ namespaceId, namespacePath, name }: PolicyRef, reason: string): LeftPolicy {
  return { namespaceId, namespacePath, name, reason };
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
