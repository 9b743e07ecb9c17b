/**
 * Undoes a migration: a migration back, of this very mount as this migration has left it. What was revoked stays
 * revoked; the mount and its data return.
 */

import type { Call } from '../http/route.ts';
import { locate, locateTarget } from '../mounts/locate.ts';
import { mountOf } from '../mounts/mount.ts';
import { ROOT } from '../namespaces/namespace.ts';
import { treeKey } from '../ports/keys.ts';
import { acceptAndStart, answerKnown, type Started } from './acceptMigration.ts';
import { failedAlready, movedOn, namespaceLeaving, notSwitchedYet, pathInUse } from './errors.ts';
import { readIdempotency, replayed } from './idempotency.ts';
import type { Migration } from './migration.ts';
import type { Move } from './planMove.ts';
import { readMigration } from './readMigration.ts';
import { fullPath } from './switchMount.ts';

/**
 * A repeated undo is answered with the migration back that is known already.
 * @throws VaultError 409 when there is nothing to undo, or the mount has moved on since; 400 when its old path is taken
 */
export async function undoMigration(
  call: Call,
  migration: Migration,
  reason: string | undefined,
): Promise<Started> {
  const { deps } = call;
  if (migration.status === 'failure') throw failedAlready();
  if (migration.phase === 'accepted') throw notSwitchedYet(migration.id);
  const key = readIdempotency(call);
  const before = await replayed(deps, key);
  if (before) return { id: before, isReplay: true };
  const known = await undoneBy(call, migration);
  if (known) return answerKnown(call, key, known);
  const move = await planUndo(call, migration);
  const order = { reason, undoOf: migration.id, onlyGeneration: move.mount.generation };
  return acceptAndStart(call, move, order, key);
}

/** The migration back that has put the mount where it was. */
async function undoneBy({ deps }: Call, { id, source, mountUuid }: Migration): Promise<string | undefined> {
  const mount = mountOf(await deps.store.get(treeKey(source.namespaceId, source.path)));
  if (mount?.uuid !== mountUuid || !mount.movedBy) return undefined;
  const back = await readMigration(deps, mount.movedBy.migrationId);
  return back?.undoOf === id ? back.id : undefined;
}

async function planUndo({ deps }: Call, migration: Migration): Promise<Move> {
  const { source, target, mountUuid, generation } = migration;
  const [from, to] = await Promise.all([
    locate(deps.store, fullPath(target)),
    locateTarget(deps.store, fullPath(source), ROOT),
  ]);
  const { mount } = from;
  const isThere = mount?.namespaceId === target.namespaceId && mount.path === target.path;
  if (!isThere || mount.uuid !== mountUuid || mount.generation !== generation)
    throw movedOn(fullPath(target));
  if (to.namespace.id !== source.namespaceId) throw namespaceLeaving(source.namespacePath);
  for (const { namespace } of [from, to]) if (namespace.deleting) throw namespaceLeaving(namespace.path);
  if (to.conflict) throw pathInUse(to.namespace.path + to.conflict.sk);
  return {
    mount,
    source: { namespace: from.namespace, path: target.path },
    target: { namespace: to.namespace, path: source.path },
  };
}
