/**
 * The switch: one transaction moves mounts from their sources to their targets, with all their settings, and makes
 * invalid everything that they issued before. No mount is ever half moved (architecture §5). A single migration is a group of
 * one; a bulk run switches larger groups.
 */

import type { Deps } from '../ports/deps.ts';
import type { Ref, Store, Update, Write } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { aliasOf, sameAlias } from '../tree/alias.ts';
import { lookSoon } from '../tree/changeAlias.ts';
import { changeTree } from '../tree/changeTree.ts';
import { notClosed } from '../tree/closedNamespace.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { raiseGeneration } from '../tree/generation.ts';
import { findConflict } from '../tree/locate.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../tree/mount.ts';
import { ROOT } from '../tree/namespace.ts';
import type { TreeChange } from '../tree/planTree.ts';
import { namespaceGone, namespaceIsLocked, sourceGone, targetInUse } from './failures.ts';
import { type Failure, fullPath, type Migration, type Place, switched } from './migration.ts';
import { type SwitchedAliases, switchAliases } from './switchAliases.ts';

/** The part of a migration that the switch needs: the mount, its source and its target. */
export type AcceptedMove = Pick<Migration, 'mountUuid' | 'onlyGeneration' | 'source' | 'target'>;

/** What a read of the tree shows for a group of moves. */
export interface Readiness<M> {
  /** The mounts that can be switched, as they are now. */
  mounts: Map<M, Mount>;
  /** The moves that can never be switched, each with the reason. */
  failures: Map<M, Failure>;
}

/**
 * Reads the mounts and namespaces of a group of moves.
 * @param read `oneByOne` where a failure depends on the answer
 */
export async function readMounts<M extends AcceptedMove>(
  moves: readonly M[],
  read: Store['getMany'],
): Promise<Readiness<M>> {
  // The root namespace has no record: it cannot be deleted.
  const ids = new Set(moves.flatMap(({ source, target }) => [source, target].map(namespaceOf)));
  const namespaces = [...ids].filter((id) => id !== 'root');
  const refs: Ref[] = [
    ...namespaces.map(namespaceKey),
    ...moves.map(({ source }) => treeKey(source.namespaceId, source.path)),
  ];
  const [items, locks] = await Promise.all([read(refs), locksOf(moves, read)]);
  const gone = new Set(namespaces.filter((_, i) => !items[i]));
  const mounts = new Map<M, Mount>();
  const failures = new Map<M, Failure>();
  moves.forEach((move, i) => {
    const mount = mountOf(items[namespaces.length + i]);
    const leaving = [move.source, move.target].find((place) => gone.has(place.namespaceId));
    const lock = locks.get(move.source.namespaceId) ?? locks.get(move.target.namespaceId);
    if (leaving) failures.set(move, namespaceGone(leaving));
    else if (lock !== undefined) failures.set(move, namespaceIsLocked(lock));
    else if (mount && isExpected(move, mount)) mounts.set(move, mount);
    else failures.set(move, sourceGone(move.source));
  });
  return { mounts, failures };
}

/**
 * The locked namespaces of a group of moves.
 * @returns id → path of the namespace that has the lock: this one, or one above it
 */
async function locksOf(moves: readonly AcceptedMove[], read: Store['getMany']): Promise<Map<string, string>> {
  const paths = new Set(moves.flatMap(({ source, target }) => [source, target].map(pathIn)));
  const places = await innermostNamespaces({ getMany: read }, [...paths], ROOT);
  return new Map(
    places.flatMap(({ namespace: { id, lockedAt } }) => (lockedAt === undefined ? [] : [[id, lockedAt]])),
  );
}

/** A path in the namespace of a place; which one does not matter. */
function pathIn({ namespacePath }: Place): string {
  return namespacePath && `${namespacePath}sys`;
}

/**
 * Reads items one by one. DynamoDB may serve a batch in the middle of another transaction, but not a single read. A
 * failure never changes, so it must not depend on a batch (R6).
 */
export function oneByOne(store: Store): Store['getMany'] {
  return (refs) => Promise.all(refs.map((ref) => store.get(ref)));
}

/**
 * Finds a target that is taken by something that the group does not move away. A query shows it, and a single read
 * confirms it.
 */
export async function findTakenTarget<M extends AcceptedMove>(
  { store }: Pick<Deps, 'store'>,
  moves: readonly M[],
): Promise<[M, Failure] | undefined> {
  const leaving = new Set(moves.map(({ source }) => fullPath(source)));
  const taken = await severalAtOnce(moves, async (move) => [move, await takenPath(store, move)] as const);
  for (const [move, path] of taken) {
    if (path !== undefined && !leaving.has(move.target.namespacePath + path))
      return [move, targetInUse(move, path)];
  }
  return undefined;
}

/** One move as the switch makes it. */
export interface Switch {
  /** The migration before the switch. */
  migration: Migration;
  /** The migration's transition in the switch. */
  transition: Update;
  before: Mount;
  after: Mount;
  aliases: SwitchedAliases;
}

/** @param now epoch milliseconds */
export function switchOf(migration: Migration, before: Mount, now: number): Switch {
  const { id, source, target } = migration;
  const aliases = switchAliases(migration, before, now);
  const { aliases: _, ...facts } = before;
  const after: Mount = {
    ...facts,
    ...(aliases.aliases.length > 0 && { aliases: aliases.aliases }),
    namespaceId: target.namespaceId,
    path: target.path,
    generation: before.generation + 1,
    version: before.version + 1,
    movedBy: { migrationId: id, fromNamespaceId: source.namespaceId, fromPath: source.path, at: now },
  };
  const transition = switched(migration, after.generation, before.issued, now);
  return { migration, transition, before, after, aliases };
}

/**
 * Commits all switches and the records that belong to them, in one transaction.
 * @throws ConditionFailed when a mount, a target or a record has changed since it was read, or a namespace was deleted or
 *   locked
 */
export async function commitSwitches(
  deps: Pick<Deps, 'store' | 'clock'>,
  switches: Switch[],
  records: Write[],
): Promise<void> {
  await changeTree(deps.store, switches.flatMap(treeChangesOf), [
    ...records,
    ...switches.map(({ after }) => raiseGeneration(after.uuid, after.generation)),
    ...namespacesAreOpen(switches),
  ]);
  await lookSoon(
    deps,
    switches.flatMap(({ aliases: { replaced } }) => replaced ?? []),
  );
}

/** One condition for each namespace of a source or a target, and for each one above them: a lock holds below it, too. */
function namespacesAreOpen(switches: Switch[]): Write[] {
  const concerned = new Map(
    switches.flatMap(({ migration, after }) => migration.visibleTo.map((id) => [id, after.uuid])),
  );
  return [...concerned].flatMap(([namespaceId, mountUuid]) => notClosed(namespaceId, mountUuid));
}

function treeChangesOf({ before, after, aliases: { left, replaced, following } }: Switch): TreeChange[] {
  const { namespaceId, path } = after;
  return [
    {
      namespaceId: before.namespaceId,
      path: before.path,
      before: unchangedMount(before),
      ...(left && { after: left }),
    },
    { namespaceId, path, ...(replaced && { before: sameAlias(replaced) }), after: mountItem(after) },
    ...following,
  ];
}

function namespaceOf({ namespaceId }: Place): string {
  return namespaceId;
}

function isExpected({ mountUuid, onlyGeneration }: AcceptedMove, { uuid, generation }: Mount): boolean {
  return uuid === mountUuid && generation === (onlyGeneration ?? generation);
}

/**
 * The mount's own alias at exactly the target is not in the way.
 * @returns a path in the namespace of the target
 */
async function takenPath(store: Store, { target, mountUuid }: AcceptedMove): Promise<string | undefined> {
  const conflict = await findConflict(store, target.namespaceId, target.path);
  const isOwn = conflict?.sk === target.path && aliasOf(conflict)?.mountUuid === mountUuid;
  return conflict && !isOwn ? conflict.sk : undefined;
}
