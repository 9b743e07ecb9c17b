/**
 * Routing: finds the namespace and mount that own a path, with one query a namespace, for any number of mounts.
 *
 * The tree is prefix-free, so only the entry with the greatest key up to a path can own it (architecture §3).
 */

import { beginningOf } from '../http/shortened.ts';
import { MAX_MOUNT_PATH_BYTES } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { type Alias, aliasOf } from './alias.ts';
import { type Mount, mountOf } from './mount.ts';
import { type Namespace, type NamespacedPath, namespaceOf, ROOT } from './namespace.ts';
import { ancestors, builtinPath, mountPath } from './path.ts';

/** The innermost namespace of a path, the rest of the path as it was given, and what owns it. */
export interface Location extends NamespacedPath {
  /** Undefined if there is none, and for built-in mounts. */
  mount?: Mount;
  /** The alias that owns the path, in place of a mount; `followAlias` leads on to that. */
  alias?: Alias;
  /** Whether the namespace of the mount that the alias leads to is locked. */
  isBehindLock?: boolean;
}

/** What owns a path: a mount or an alias. */
export type Owner = Pick<Location, 'mount' | 'alias'>;

/** The greatest character: a path that ends with it comes after everything below the path. */
const LAST = '\u{10FFFF}';

/**
 * Finds the owner of a path.
 * @param path relative to `start`, without a leading slash
 */
export async function locate(store: Store, path: string, start: Namespace = ROOT): Promise<Location> {
  const location = await descend(path, start, (namespace, rest) => lastUpTo(store, namespace.id, key(rest)));
  const { namespace, path: rest, entry } = location;
  return { namespace, path: rest, ...(entry && covers(entry.sk, rest) && ownerOf(entry)) };
}

function ownerOf(item: Item | undefined): Owner | undefined {
  const mount = mountOf(item);
  if (mount) return { mount };
  const alias = aliasOf(item);
  return alias && { alias };
}

/**
 * The owner that a query has missed: single reads confirm that a path has none. A query may run in the middle of a
 * transaction that moves the mount, and show neither its old place nor its new one (R2). A single read shows the old place
 * until the transaction is over; after that, every read shows the new one.
 * @param location where `locate` has found neither a mount nor an alias
 */
export async function missedOwner(
  store: Store,
  { namespace, path }: NamespacedPath,
): Promise<Owner | undefined> {
  // No entry has the empty path, and DynamoDB takes no empty key.
  if (mountPath(path) === '' || builtinPath(path)) return undefined;
  const first = await ownerBySingleReads(store, namespace, path);
  // Between the reads at and below a fork, a mount may have moved from one to the other.
  const owner = first === 'below a fork' ? await ownerBySingleReads(store, namespace, path) : first;
  return owner === 'below a fork' ? undefined : owner;
}

/**
 * As `locate`, with the owner that it may have missed.
 * @param path from the root namespace, without a leading slash
 */
export async function locateSurely(store: Store, path: string): Promise<Location> {
  const location = await locate(store, path);
  if (location.mount || location.alias) return location;
  return { ...location, ...(await missedOwner(store, location)) };
}

/** Reads from the outermost path inwards, as far as forks lead: below a path without an entry there is nothing. */
async function ownerBySingleReads(
  store: Store,
  { id }: Namespace,
  path: string,
): Promise<Owner | 'below a fork' | undefined> {
  let owner: 'below a fork' | undefined;
  for (const outer of [...ancestors(mountPath(path)), mountPath(path)]) {
    if (Buffer.byteLength(outer) > MAX_MOUNT_PATH_BYTES) return owner;
    const item = await store.get(treeKey(id, outer));
    const found = ownerOf(item);
    if (found) return found;
    if (item?.kind !== 'fork') return owner;
    owner = 'below a fork';
  }
  return owner;
}

/** The namespace that a new mount would belong to, and its path there. */
export interface Target extends NamespacedPath {
  /** The mount, alias or child namespace at, above or below the path, which the new mount would overlap. */
  conflict?: Item;
}

/**
 * Finds where a new mount would be (contract §1.3).
 * @param path relative to `start`, with a trailing slash
 */
export async function locateTarget(store: Store, path: string, start: Namespace): Promise<Target> {
  const found = await descend(path, start, (at, below) => lastBelow(store, at.id, below));
  const { namespace, path: rest, entry } = found;
  const conflict = colliding(entry, rest);
  return conflict ? { namespace, path: rest, conflict } : { namespace, path: rest };
}

/**
 * The mount, alias or child namespace of this namespace that a new mount would overlap. A single read confirms what the query
 * shows: a query may show a transaction half done.
 */
export async function findConflict(
  store: Store,
  namespaceId: string,
  path: string,
): Promise<Item | undefined> {
  const shown = colliding(await lastBelow(store, namespaceId, path), path);
  const entry = shown && (await store.get(treeKey(namespaceId, shown.sk)));
  return entry?.kind === 'fork' ? undefined : entry;
}

/** The last entry below the path; if there is none, the one that may be at or above it. */
function lastBelow(store: Store, namespaceId: string, path: string): Promise<Item | undefined> {
  return lastUpTo(store, namespaceId, `${key(path)}${LAST}`);
}

function colliding(entry: Item | undefined, path: string): Item | undefined {
  if (!entry || entry.kind === 'fork') return undefined;
  return covers(entry.sk, path) || entry.sk.startsWith(path) ? entry : undefined;
}

type ReadEntry = (namespace: Namespace, rest: string) => Promise<Item | undefined>;

/** Goes from namespace to child namespace, as far as the path leads. */
async function descend(
  path: string,
  start: Namespace,
  read: ReadEntry,
): Promise<NamespacedPath & { entry?: Item }> {
  let namespace = start;
  let rest = path;
  for (;;) {
    if (rest === '' || builtinPath(rest)) return { namespace, path: rest };
    const entry = await read(namespace, rest);
    const child = namespaceOf(entry, namespace);
    if (!entry) return { namespace, path: rest };
    if (!child || !covers(entry.sk, rest)) return { namespace, path: rest, entry };
    namespace = child;
    rest = rest.slice(entry.sk.length);
  }
}

/** The entry with the greatest key up to a bound; empty forks are skipped. */
async function lastUpTo(store: Store, namespaceId: string, bound: string): Promise<Item | undefined> {
  // No entry has the empty path, and DynamoDB refuses an empty key, also as a bound.
  if (bound === '') return undefined;
  const range = { table: 'mounts', pk: namespaceId, atMost: bound, descending: true } as const;
  const [last] = await store.query({ ...range, limit: 1 });
  if (!last || !isEmptyFork(last)) return last;
  for await (const page of store.pages(range)) {
    const entry = page.find((item) => !isEmptyFork(item));
    if (entry) return entry;
  }
  return undefined;
}

function isEmptyFork(item: Item): boolean {
  return item.kind === 'fork' && (item.count as number) <= 0;
}

function covers(entryPath: string, path: string): boolean {
  return path.startsWith(entryPath) || `${path}/` === entryPath;
}

/**
 * The path as a bound of a query, cut to the length of the longest mount path: no entry is longer, and DynamoDB
 * refuses keys over 1,024 bytes.
 */
function key(path: string): string {
  return beginningOf(mountPath(path), MAX_MOUNT_PATH_BYTES);
}
