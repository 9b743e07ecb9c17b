/** The checks of a remount in the order of contract §1.1, stricter than the reference where that is weak. Pure. */

import type { VaultError } from '../http/errors.ts';
import type { Item } from '../ports/store.ts';
import { aliasOf, ownAlias } from '../tree/alias.ts';
import type { Location, Target } from '../tree/locate.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import {
  cleanPath,
  isAuthPath,
  isPrintable,
  mountPath,
  overlap,
  oversize,
  PROTECTED_SEGMENTS,
  withSlash,
} from '../tree/path.ts';
import {
  aliasNotMount,
  aliasWouldCross,
  authToNonAuth,
  invalidDestination,
  noMatchingMount,
  oversizeDestination,
  pathInUse,
  pathIsAlias,
  pathsMissing,
  protectedAuthDestination,
  protectedDestination,
  protectedSource,
  uncleanDestination,
  unprintableDestination,
  whitespaceAround,
} from './errors.ts';

/** The paths as they were typed. */
export interface Typed {
  from: string;
  to: string;
}

export interface Move {
  mount: Mount;
  source: { namespace: Namespace; path: string };
  target: { namespace: Namespace; path: string };
}

/** Whether a move takes the mount into another namespace. A cluster then copies its keys. */
export function crossesNamespaces({ source, target }: Pick<Move, 'source' | 'target'>): boolean {
  return source.namespace.id !== target.namespace.id;
}

/** Checks 1 to 3. They need only the request. */
export function checkTyped(from: string | undefined, to: string | undefined): Typed {
  if (!from || !to) throw pathsMissing();
  if (from.startsWith(' ') || from.endsWith(' ')) throw whitespaceAround('from');
  if (to.startsWith(' ') || to.endsWith(' ')) throw whitespaceAround('to');
  return { from, to };
}

/**
 * Checks 4 to 13, on what the tree has at source and target.
 * @param asked the namespace of the request, which is not told where an alias leads outside of it (R10)
 * @throws VaultError 503 for a locked namespace, else 400 with the text of the first check that fails
 */
export function planMove(typed: Typed, source: Location, target: Target, asked: { path: string }): Move {
  for (const { namespace } of [source, target]) requireUnlocked(namespace);
  checkDestination(typed, target);
  checkKinds(mountPath(source.path), target.path);
  const { mount, alias } = source;
  if (alias && alias.path === withSlash(source.path))
    throw aliasNotMount(mountPath(typed.from), alias, asked);
  if (!mount || mount.path !== withSlash(source.path)) throw noMatchingMount(mountPath(typed.from));
  if (target.path === 'auth/') throw pathInUse(`${target.namespace.path}auth/token/`);
  const conflict = isInItsOwnWay(mount, source, target) ? mount.path : target.conflict?.sk;
  const isBack = ownAlias(mount, { namespaceId: target.namespace.id, path: target.path }) !== undefined;
  if (conflict !== undefined && !(isBack && conflict === target.path))
    throw inUse(target.namespace.path + conflict, target.conflict, asked);
  const move: Move = {
    mount,
    source: { namespace: source.namespace, path: mount.path },
    target: { namespace: target.namespace, path: target.path },
  };
  refuseAliasesAcross(move);
  return move;
}

/**
 * Whether the mount is at, above or below its target. The read of the target need not show that: it is another read than that of
 * the source, and the mount may have moved in between.
 */
function isInItsOwnWay(mount: Mount, source: Location, target: Target): boolean {
  return !crossesNamespaces({ source, target }) && overlap(mount.path, target.path);
}

/** @throws VaultError 400 for an auth method with aliases that would leave their namespace: its logins belong to its namespace */
export function refuseAliasesAcross(move: Move): void {
  const [alias] = move.mount.aliases ?? [];
  if (alias && isAuthPath(move.mount.path) && crossesNamespaces(move)) throw aliasWouldCross(alias.path);
}

function inUse(path: string, item: Item | undefined, asked: { path: string }): VaultError {
  const alias = aliasOf(item);
  return alias ? pathIsAlias(path, alias, asked) : pathInUse(path);
}

/** Checks 4 to 6: whether a mount may have this path. */
function checkDestination({ to }: Typed, { namespace, path }: Target): void {
  if (path === '') {
    throw to.endsWith('/') ? invalidDestination(to) : pathInUse(namespace.path);
  }
  // One that leaves its namespace is shown from the root.
  const shown = path.startsWith('../') ? namespace.path + path : path;
  const cleaned = cleanPath(shown);
  if (cleaned !== shown) throw uncleanDestination(shown, cleaned);
  if (!isPrintable(path)) throw unprintableDestination();
  const why = oversize(path);
  if (why) throw oversizeDestination(why);
}

/** Checks 7 to 11: an auth method stays one, and built-in mounts are neither moved nor replaced. */
function checkKinds(source: string, target: string): void {
  if (source.startsWith('auth/')) {
    if (!target.startsWith('auth/')) throw authToNonAuth(target);
    if (source.startsWith('auth/token/')) throw protectedSource(source);
    if (target.startsWith('auth/token/')) throw protectedAuthDestination(target);
    return;
  }
  for (const segment of PROTECTED_SEGMENTS) {
    if (source.startsWith(segment)) throw protectedSource(source);
    if (target.startsWith(segment)) throw protectedDestination(target);
  }
}

/**
 * Finds the migration that a request repeats: the mount moved from `from` to `to` a short time ago, and the client lost
 * the answer (architecture §5). A mount that is read at both places was read in the middle of its switch.
 * @param since epoch milliseconds; an earlier move does not count as repeated
 */
export function repeatedMigration(source: Location, target: Target, since: number): string | undefined {
  const moved = mountOf(target.conflict);
  const by = moved?.path === target.path ? moved.movedBy : undefined;
  const isRepeat =
    by !== undefined &&
    (source.mount === undefined || source.mount.uuid === moved?.uuid) &&
    by.fromNamespaceId === source.namespace.id &&
    by.fromPath === withSlash(source.path) &&
    by.at >= since;
  return isRepeat ? by.migrationId : undefined;
}
