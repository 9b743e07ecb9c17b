/** What the record of a migration on a cluster has of policies, while they are changed and at the end. Pure. */

import type { Migration } from '../remount/migration.ts';
import type { OnCluster, PolicyWork } from '../remount/onCluster.ts';
import { leftPolicy } from '../remount/policyChanges.ts';
import type { PolicyOutcome, PolicyRef } from '../remount/policyOrder.ts';

type Recorded = Pick<Migration, 'policies' | 'policyOutcome'> & { cluster: OnCluster };

export function workOf({ cluster }: Recorded): PolicyWork {
  return cluster.policies ?? { added: [] };
}

export function outcomeOf({ policyOutcome }: Recorded): PolicyOutcome {
  return policyOutcome ?? { changed: [], left: [] };
}

export function isSame(one: PolicyRef, other: PolicyRef): boolean {
  return one.namespaceId === other.namespaceId && one.name === other.name;
}

export function without<T extends PolicyRef>(list: readonly T[], ref: PolicyRef): T[] {
  return list.filter((one) => !isSame(one, ref));
}

/** Whether policies may have rules that the migration has added. */
export function hasAdded(migration: Recorded): boolean {
  const { added, writing } = workOf(migration);
  return added.length > 0 || writing !== undefined;
}

/**
 * The outcome when a migration ends. A success finishes every policy of the order, and a failure takes back what was added.
 * @param why what is not finished, or not taken back, stays as it is
 */
export function finalPolicies(
  migration: Recorded,
  status: Migration['status'],
  why?: string,
): { policyOutcome?: PolicyOutcome } {
  const { policies: order } = migration;
  if (!order) return {};
  const { added, writing } = workOf(migration);
  const { changed, left } = outcomeOf(migration);
  const isMoved = status === 'success';
  if (why === undefined || (isMoved && order.mode === 'add'))
    return { policyOutcome: { changed: [...changed, ...added], left } };
  const begun = writing ? [...without(added, writing.after), writing.after] : added;
  const known = [...changed, ...left];
  const open = (isMoved ? order.policies : begun).filter((ref) => !known.some((one) => isSame(one, ref)));
  return { policyOutcome: { changed, left: [...left, ...open.map((ref) => leftPolicy(ref, why))] } };
}
