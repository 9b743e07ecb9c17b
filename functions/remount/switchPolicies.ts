/** The policies that change in the transaction of a switch. */

import type { Deps } from '../ports/deps.ts';
import type { Put } from '../ports/store.ts';
import { policyKey } from '../store/keys.ts';
import type { Migration, Place } from './migration.ts';
import type { Ends } from './missingRules.ts';
import { type PolicyChanges, policyChanges } from './policyChanges.ts';
import type { PolicyOrder } from './policyOrder.ts';

/**
 * Reads the policies of an order, and decides how each changes.
 * @param now epoch milliseconds
 */
export async function readPolicyChanges(
  { store, cluster }: Pick<Deps, 'store' | 'cluster'>,
  order: PolicyOrder,
  { id, source, target }: Pick<Migration, 'source' | 'target'> & { id?: string },
  now: number,
): Promise<PolicyChanges> {
  const keys = order.policies.map(({ namespaceId, name }) => policyKey(namespaceId, name));
  const ends: Ends = { source: endAt(source), target: endAt(target), ...(id !== undefined && { id }) };
  const items = await store.getMany(keys);
  return policyChanges(order, items, { ends, now }, cluster !== undefined);
}

/**
 * What the switch of a migration writes besides, if it is to change policies.
 * @param now epoch milliseconds
 * @returns the writes, and what they add to the record of the migration
 */
export async function switchPolicies(
  deps: Pick<Deps, 'store'>,
  migration: Migration,
  now: number,
): Promise<{ facts: Pick<Migration, 'policyOutcome'>; puts: Put[] }> {
  if (!migration.policies) return { facts: {}, puts: [] };
  const { changes, left } = await readPolicyChanges(deps, migration.policies, migration, now);
  const changed = changes.map(({ namespaceId, namespacePath, name, version, digest, back }) => {
    return { namespaceId, namespacePath, name, version, digest, back };
  });
  return { facts: { policyOutcome: { changed, left } }, puts: changes.flatMap(({ put }) => put ?? []) };
}

export function endAt({ namespacePath, path }: Place): Ends['source'] {
  return { namespace: { path: namespacePath }, path };
}
