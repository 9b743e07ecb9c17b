/** Decides which policies a migration is to change, and whether it may. Pure. */

import type { Acl } from '../policies/acl.ts';
import { policiesForbidden, policiesNotWritable } from './errors.ts';
import { type AffectedPolicy, type Ends, whyLeft } from './missingRules.ts';
import { type PolicyChanges, policyChanges } from './policyChanges.ts';
import type { PolicyMode } from './policyMode.ts';
import type { PolicyOrder, PolicyRef } from './policyOrder.ts';
import { byRight, countByNamespace, mayWritePolicy } from './policyRights.ts';

/** What a migration is to do with policies. Without an order, nothing. */
export interface OrderedPolicies extends PolicyChanges {
  order: PolicyOrder | undefined;
}

/**
 * @param affected the policies with rules that a move makes useless
 * @param acl of the caller
 * @param now epoch milliseconds
 * @throws VaultError 403 when the caller may not write one of the policies, 400 when one cannot be written in the switch
 */
export function orderPolicies(
  mode: PolicyMode,
  affected: readonly AffectedPolicy[],
  ends: Ends,
  acl: Acl,
  now: number,
): OrderedPolicies {
  if (mode === 'keep') return { order: undefined, changes: [], left: [] };
  const wanted = affected.filter(({ namespace, rules }) =>
    rules.some((missing) => whyLeft(missing, namespace.path) === undefined),
  );
  const policies = wanted.map(refOf);
  const items = wanted.map(({ item }) => item);
  const found = policyChanges({ mode, policies }, items, { ends, now });
  checkRights(found, acl);
  refuseLeft(found, acl);
  const order = found.changes.length > 0 ? { mode, policies: found.changes.map(plainRef) } : undefined;
  return { order, ...found };
}

/**
 * @param changes of an order
 * @throws VaultError 403 when the caller may not write one of the policies
 */
export function checkRights(
  { changes }: { changes: readonly (PolicyRef & { after: string })[] },
  acl: Acl,
): void {
  const forbidden = changes.filter(
    ({ namespacePath, name, after }) => !mayWritePolicy(acl, namespacePath, name, after),
  );
  if (forbidden.length > 0) throw policiesForbidden(tellable(forbidden, acl));
}

/** @throws VaultError 400 when one of the policies cannot be written */
export function refuseLeft({ left }: Pick<PolicyChanges, 'left'>, acl: Acl): void {
  if (left.length > 0) throw policiesNotWritable(tellable(left, acl), left[0]?.reason ?? '');
}

/** Policies in the words of a refusal: by name if the caller may read them, else only how many. */
function tellable(policies: readonly PolicyRef[], acl: Acl): string {
  const [shown, hidden] = byRight(policies, acl);
  const names = shown.map(({ namespacePath, name }) => `"${name}" of namespace "${namespacePath}"`);
  const counts = Object.entries(countByNamespace(hidden)).map(
    ([path, count]) => `${count} of namespace "${path}" that it may not read`,
  );
  return [...names, ...counts].join(', ');
}

function refOf({ namespace, item }: AffectedPolicy): PolicyRef {
  return { namespaceId: namespace.id, namespacePath: namespace.path, name: item.sk };
}

function plainRef({ namespaceId, namespacePath, name }: PolicyRef): PolicyRef {
  return { namespaceId, namespacePath, name };
}
