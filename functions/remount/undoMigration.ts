/**
 * Undoes a migration by a migration back. It moves the same mount, if nothing has moved it since. The mount and its data
 * return; what was revoked stays revoked.
 */

import { VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { migrationKey } from '../store/keys.ts';
import { aliasOf } from '../tree/alias.ts';
import { mountAt } from '../tree/findMount.ts';
import { locate, locateTarget } from '../tree/locate.ts';
import type { Mount } from '../tree/mount.ts';
import { ROOT, requireUnlocked } from '../tree/namespace.ts';
import { type AcceptedMigration, acceptAndStart, answerKnown } from './acceptMigration.ts';
import { conflict, failedAlready, movedOn, namespaceDeleted, pathInUse } from './errors.ts';
import { type Idempotency, replayed } from './idempotency.ts';
import { fullPath, isUnmoved, type Migration } from './migration.ts';
import { findMissingRules } from './missingRules.ts';
import { checkRights, type OrderedPolicies, orderPolicies, policyRefOf } from './orderPolicies.ts';
import { type Move, refuseAliasesAcross } from './planMove.ts';
import type { PolicyChanges } from './policyChanges.ts';
import type { UndoMode } from './policyMode.ts';
import { checkOwnRights, NOBODY, policyRights } from './policyRights.ts';
import { readMigration } from './readMigration.ts';
import type { Origin } from './request.ts';
import { readPolicyChanges } from './switchPolicies.ts';

/**
 * A repeated undo returns the migration back that already exists.
 * @throws VaultError 403 for policies that the origin may not restore, 409 when there is nothing to undo, or the mount has
 *   moved on since; 400 when its old path is taken, 503 when one of its namespaces is locked
 */
export async function undoMigration(
  deps: Deps,
  origin: Origin,
  migration: Migration,
  { reason, policies: mode }: { reason?: string | undefined; policies: UndoMode },
  key?: Idempotency,
): Promise<AcceptedMigration> {
  refuseUnlessMoved(migration);
  const before = await replayed(deps, key);
  if (before) return { id: before, isReplay: true };
  const found = await lookTwice(deps, migration);
  if ('known' in found) return answerKnown(deps, key, found.known);
  const { move } = found;
  const clusterOptions = migration.cluster?.options;
  const { order: policies } = await orderRestore(deps, origin, migration, move, mode);
  const order = {
    reason,
    undoOf: migration.id,
    onlyGeneration: move.mount.generation,
    policies,
    clusterOptions,
  };
  return acceptAndStart(deps, origin, move, order, key);
}

/**
 * Makes every check of an undo and writes nothing.
 * @returns the migration back that already exists, or the move that an undo would make, and what it would restore of policies
 * @throws VaultError as {@link undoMigration}
 */
export async function checkUndo(
  deps: Deps,
  origin: Origin,
  migration: Migration,
  mode: UndoMode,
): Promise<{ known: string } | { move: Move; restoration: PolicyChanges }> {
  refuseUnlessMoved(migration);
  const found = await lookTwice(deps, migration);
  if ('known' in found) return found;
  return { ...found, restoration: await orderRestore(deps, origin, migration, found.move, mode) };
}

function refuseUnlessMoved(migration: Migration): void {
  if (migration.status === 'failure') throw failedAlready(migration);
  if (isUnmoved(migration))
    throw conflict(
      `the mount has not been switched yet; POST sys/remount/cancel/${migration.id} stops the migration`,
    );
  if (migration.cluster && migration.status === 'in-progress')
    throw conflict('the cluster is still moving the mount; undo the migration when it has ended');
}

type Back = { known: string } | { move: Move };

/**
 * An undo also restores the policies that the migration has changed. In a text that has changed since, it replaces the rules
 * back that the migration has replaced. Policies above the namespace of the request stay as they are (R10).
 */
async function orderRestore(
  deps: Deps,
  origin: Origin,
  migration: Migration,
  move: Move,
  mode: UndoMode,
): Promise<OrderedPolicies> {
  if (migration.followedByRun && mode === 'restore') return followBack(deps, origin, migration, move);
  const { namespace, judges = NOBODY } = origin;
  const { policies: ordered, policyOutcome, source, target } = migration;
  const changed = policyOutcome?.changed ?? [];
  const policies = changed.filter(({ namespacePath }) => namespacePath.startsWith(namespace.path));
  if (mode === 'keep' || policies.length === 0) return { order: undefined, changes: [], left: [] };
  const follows = ordered?.mode === 'follow' || (ordered?.mode === 'restore' && ordered.follows);
  const order = { mode: 'restore', policies, follows } as const;
  const back = { source: target, target: source };
  const found = await readPolicyChanges(deps, order, back, deps.clock.now());
  checkRights(found, await policyRights(judges, [...found.changes, ...found.left]));
  await checkOwnRights(deps, found.changes);
  return { order, ...found };
}

/**
 * A run has replaced the rules of this mount together with those of others, so no text is restored: the rules that name this
 * mount follow it back.
 * @throws VaultError 409 while the run is in progress
 */
async function followBack(
  deps: Deps,
  { namespace, judges = NOBODY }: Origin,
  { bulkId = '' }: Migration,
  move: Move,
): Promise<OrderedPolicies> {
  const run = await deps.store.get(migrationKey(bulkId));
  // Its last step would give the rules the path of the target, although the mount has gone back.
  if (run?.open !== undefined)
    throw conflict(`the bulk run ${bulkId} is still in progress; undo the move when it has ended`);
  const affected = await findMissingRules(deps, move, namespace);
  const rights = await policyRights(judges, affected.map(policyRefOf));
  return orderPolicies('follow', affected, move, rights, deps.clock.now(), false);
}

/** Checks the undo, and before a refusal checks it again after a single read, as for a remount. */
async function lookTwice(deps: Deps, migration: Migration): Promise<Back> {
  const known = await undoneBy(deps, migration);
  if (known) return { known };
  try {
    return { move: await planUndo(deps, migration) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { namespaceId, path } = migration.target;
    const mount = await mountAt(deps.store, { id: namespaceId }, path);
    if (mount) return { move: await planUndo(deps, migration, mount) };
    const since = await undoneBy(deps, migration);
    if (since) return { known: since };
    throw error;
  }
}

/** The migration back, if one has already moved the mount to its old path. */
async function undoneBy({ store }: Deps, { id, source, mountUuid }: Migration): Promise<string | undefined> {
  const mount = await mountAt(store, { id: source.namespaceId }, source.path);
  if (mount?.uuid !== mountUuid || !mount.movedBy) return undefined;
  const back = await readMigration({ store }, mount.movedBy.migrationId);
  return back?.undoOf === id ? back.id : undefined;
}

/** @param seen the mount that a single read showed at the target */
async function planUndo({ store }: Deps, migration: Migration, seen?: Mount): Promise<Move> {
  const { source, target, mountUuid, generation } = migration;
  const [from, to] = await Promise.all([
    locate(store, fullPath(target)),
    locateTarget(store, fullPath(source), ROOT),
  ]);
  for (const { namespace } of [from, to]) requireUnlocked(namespace);
  const mount = seen ?? from.mount;
  const isThere = mount?.namespaceId === target.namespaceId && mount.path === target.path;
  if (!isThere || mount.uuid !== mountUuid || mount.generation !== generation)
    throw movedOn(fullPath(target));
  if (to.namespace.id !== source.namespaceId) throw namespaceDeleted(source.namespacePath);
  // In the middle of a switch, the mount may be read at both places. It may also have left an alias at its old one.
  const alias = aliasOf(to.conflict);
  const isOwn =
    to.conflict?.uuid === mountUuid || (alias?.mountUuid === mountUuid && alias.path === source.path);
  if (to.conflict && !isOwn) throw pathInUse(to.namespace.path + to.conflict.sk);
  const move: Move = {
    mount,
    source: { namespace: from.namespace, path: target.path },
    target: { namespace: to.namespace, path: source.path },
  };
  refuseAliasesAcross(move);
  return move;
}
