/** What a plan tells of policies: of a move, and of an undo, which restores what the migration has changed. */

import type { Deps } from '../ports/deps.ts';
import type { Namespace } from '../tree/namespace.ts';
import { findMissingRules } from './missingRules.ts';
import { orderPolicies, policyRefOf } from './orderPolicies.ts';
import type { Move } from './planMove.ts';
import type { PolicyChanges } from './policyChanges.ts';
import type { PolicyMode, UndoMode } from './policyMode.ts';
import type { PolicyRef } from './policyOrder.ts';
import { checkOwnRights, type Judges, policyRights } from './policyRights.ts';
import { type ToldPolicies, tellPolicies } from './tellPolicies.ts';

type PolicyDeps = Pick<Deps, 'store' | 'clock' | 'cluster'>;
type Ends = Pick<Move, 'source' | 'target'>;

/** Who asks for a plan, and in which namespace. */
export interface Planner {
  namespace: Namespace;
  judges: Judges;
}

/** @throws VaultError 403 or 400 for policies that cannot be changed so */
export async function policiesOfMove(
  deps: PolicyDeps,
  move: Ends,
  { namespace, judges }: Planner,
  mode: PolicyMode,
): Promise<ToldPolicies> {
  const affected = await findMissingRules(deps, move, namespace);
  const rights = await policyRights(judges, affected.map(policyRefOf));
  const isOnCluster = deps.cluster !== undefined;
  const ordered = orderPolicies(mode, affected, move, rights, deps.clock.now(), isOnCluster);
  await checkOwnRights(deps, ordered.changes);
  return tellPolicies(mode, affected, ordered, rights);
}

/** @param restoration what the undo would restore; the rules of these policies are those from before the migration then */
export async function policiesOfUndo(
  deps: PolicyDeps,
  move: Ends,
  { namespace, judges }: Planner,
  mode: UndoMode,
  restoration: PolicyChanges,
): Promise<ToldPolicies> {
  const restored = new Set(restoration.changes.map(idOf));
  const affected = await findMissingRules(deps, move, namespace);
  const left = affected.filter(
    ({ namespace: { id }, item }) => !restored.has(idOf({ namespaceId: id, name: item.sk })),
  );
  const told = [...left.map(policyRefOf), ...restoration.changes, ...restoration.left];
  return tellPolicies(mode, left, restoration, await policyRights(judges, told));
}

function idOf({ namespaceId, name }: Pick<PolicyRef, 'namespaceId' | 'name'>): string {
  return `${namespaceId}|${name}`;
}
