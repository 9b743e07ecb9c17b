/** Decides which policies a migration is to change, and whether it may. Pure. */

import { namespaceInWords } from '../tree/namespace.ts';
import { policiesForbidden, policiesNotWritable } from './errors.ts';
import { type AffectedPolicy, type Ends, whyLeft } from './missingRules.ts';
import { type PolicyChanges, policyChanges } from './policyChanges.ts';
import type { PolicyMode } from './policyMode.ts';
import type { PolicyOrder, PolicyRef } from './policyOrder.ts';
import { byRight, countByNamespace, type PolicyRights } from './policyRights.ts';

/** What a migration is to do with policies. Without an order, nothing. */
export interface OrderedPolicies extends PolicyChanges {
  order: PolicyOrder | undefined;
}

/**
 * @param affected the policies with rules that a move makes useless
 * @param rights of the caller, to all of these policies
 * @param now epoch milliseconds
 * @param isOnCluster whether a cluster has the policies
 * @throws VaultError 403 when the caller may not write one of the policies, 400 when one cannot be written
 */
export function orderPolicies(
  mode: PolicyMode,
  affected: readonly AffectedPolicy[],
  ends: Ends,
  rights: PolicyRights,
  now: number,
  isOnCluster: boolean,
): OrderedPolicies {
  if (mode === 'keep') return { order: undefined, changes: [], left: [] };
  const wanted = affected.filter(({ namespace, rules }) =>
    rules.some((missing) => whyLeft(missing, namespace.path) === undefined),
  );
  const policies = wanted.map(policyRefOf);
  const items = wanted.map(({ item }) => item);
  const found = policyChanges({ mode, policies }, items, { ends, now }, isOnCluster);
  checkRights(found, rights);
  refuseLeft(found, rights);
  const order = found.changes.length > 0 ? { mode, policies: found.changes.map(plainRef) } : undefined;
  return { order, ...found };
}

/**
 * @param changes of an order
 * @throws VaultError 403 when the caller may not write one of the policies
 */
export function checkRights(
  { changes }: { changes: readonly (PolicyRef & { after: string })[] },
  rights: PolicyRights,
): void {
  const forbidden = changes.filter((change) => !rights.mayWrite(change, change.after));
  if (forbidden.length > 0) throw policiesForbidden(tellable(forbidden, rights));
}

/** @throws VaultError 400 when one of the policies cannot be written */
export function refuseLeft({ left }: Pick<PolicyChanges, 'left'>, rights: PolicyRights): void {
  if (left.length > 0) throw policiesNotWritable(tellable(left, rights), left[0]?.reason ?? '');
}

/** Policies in the words of a refusal: by name if the caller may read them, else only how many. */
function tellable(policies: readonly PolicyRef[], rights: PolicyRights): string {
  const [shown, hidden] = byRight(policies, rights);
  const names = shown.map(({ namespacePath, name }) => `"${name}" of ${namespaceInWords(namespacePath)}`);
  const counts = Object.entries(countByNamespace(hidden)).map(
    ([path, count]) => `${count} of ${namespaceInWords(path)} that it may not read`,
  );
  return [...names, ...counts].join(', ');
}

export function policyRefOf({ namespace, item }: AffectedPolicy): PolicyRef {
  return { namespaceId: namespace.id, namespacePath: namespace.path, name: item.sk };
}

function plainRef({ namespaceId, namespacePath, name }: PolicyRef): PolicyRef {
  return { namespaceId, namespacePath, name };
}
