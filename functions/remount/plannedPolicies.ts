/** What a plan tells of policies: of a move, and of an undo, which restores what the migration has changed. */

import type { Acl } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import type { Namespace } from '../tree/namespace.ts';
import { findMissingRules } from './missingRules.ts';
import { orderPolicies } from './orderPolicies.ts';
import type { Move } from './planMove.ts';
import type { PolicyChanges } from './policyChanges.ts';
import type { PolicyMode, UndoMode } from './policyMode.ts';
import type { PolicyRef } from './policyOrder.ts';
import { type ToldPolicies, tellPolicies } from './tellPolicies.ts';

type PolicyDeps = Pick<Deps, 'store' | 'clock'>;
type Ends = Pick<Move, 'source' | 'target'>;

/** Who asks for a plan, and in which namespace. */
export interface Planner {
  namespace: Namespace;
  acl: Acl;
}

/** @throws VaultError 403 or 400 for policies that cannot be changed so */
export async function policiesOfMove(
  deps: PolicyDeps,
  move: Ends,
  { namespace, acl }: Planner,
  mode: PolicyMode,
): Promise<ToldPolicies> {
  const affected = await findMissingRules(deps, move, namespace);
  const ordered = orderPolicies(mode, affected, move, acl, deps.clock.now());
  return tellPolicies(mode, affected, ordered, acl);
}

/** @param restoration what the undo would restore; the rules of these policies are those from before the migration then */
export async function policiesOfUndo(
  deps: PolicyDeps,
  move: Ends,
  { namespace, acl }: Planner,
  mode: UndoMode,
  restoration: PolicyChanges,
): Promise<ToldPolicies> {
  const restored = new Set(restoration.changes.map(idOf));
  const affected = await findMissingRules(deps, move, namespace);
  const left = affected.filter(
    ({ namespace: { id }, item }) => !restored.has(idOf({ namespaceId: id, name: item.sk })),
  );
  return tellPolicies(mode, left, restoration, acl);
}

function idOf({ namespaceId, name }: Pick<PolicyRef, 'namespaceId' | 'name'>): string {
  return `${namespaceId}|${name}`;
}
