/**
 * Routing: finds the namespace and mount that own a path, one query a namespace, whatever the number of mounts.
 *
 * The tree is prefix-free, so the only entry that can own a path is the one with the greatest key up to it
 * (architecture §3).
 */

import { MAX_MOUNT_PATH_BYTES } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { type Mount, mountOf } from './mount.ts';
import { type Namespace, namespaceOf, ROOT } from './namespace.ts';
import { builtinPath, mountPath } from './path.ts';

export interface Location {
  namespace: Namespace;
  /** The path relative to the namespace, as it was given. */
  path: string;
  /** The mount that owns the path; undefined where there is none, and for the built-in mounts. */
  mount?: Mount;
}

/** The greatest character there is: with it added, a path comes after everything below it. */
const LAST = '\u{10FFFF}';

/** Finds the owner of a path, which is relative to `start` and has no leading slash. */
export async function locate(store: Store, path: string, start: Namespace = ROOT): Promise<Location> {
  const location = await descend(path, start, (namespace, rest) => lastUpTo(store, namespace.id, key(rest)));
  const mount = mountOf(location.entry);
  const { namespace, path: rest } = location;
  return mount && covers(mount.path, rest) ? { namespace, path: rest, mount } : { namespace, path: rest };
}

/** What a mount at a free path would collide with. */
export interface Target {
  namespace: Namespace;
  /** Relative to the namespace, with a trailing slash. */
  path: string;
  /** The mount or child namespace at, above or below the path. */
  conflict?: Item;
}

/** Finds the namespace a new mount path belongs to, and what is in its way there (contract §1.3). */
export async function locateTarget(store: Store, path: string, start: Namespace): Promise<Target> {
  const found = await descend(path, start, (at, below) => lastBelow(store, at.id, below));
  const { namespace, path: rest, entry } = found;
  const conflict = colliding(entry, rest);
  return conflict ? { namespace, path: rest, conflict } : { namespace, path: rest };
}

/** The entry of one namespace that is at, above or below a mount path. */
export async function collision(store: Store, namespaceId: string, path: string): Promise<Item | undefined> {
  return colliding(await lastBelow(store, namespaceId, path), path);
}

/** If anything is below the path, the last of it; else what could be at or above it. */
function lastBelow(store: Store, namespaceId: string, path: string): Promise<Item | undefined> {
  return lastUpTo(store, namespaceId, `${key(path)}${LAST}`);
}

function colliding(entry: Item | undefined, path: string): Item | undefined {
  if (!entry || entry.kind === 'fork') return undefined;
  return covers(entry.sk, path) || entry.sk.startsWith(path) ? entry : undefined;
}

type Look = (namespace: Namespace, rest: string) => Promise<Item | undefined>;

async function descend(path: string, start: Namespace, look: Look): Promise<Location & { entry?: Item }> {
  let namespace = start;
  let rest = path;
  for (;;) {
    if (rest === '' || builtinPath(rest)) return { namespace, path: rest };
    const entry = await look(namespace, rest);
    const child = namespaceOf(entry, namespace);
    if (!entry) return { namespace, path: rest };
    if (!child || !covers(entry.sk, rest)) return { namespace, path: rest, entry };
    namespace = child;
    rest = rest.slice(entry.sk.length);
  }
}

/** The entry with the greatest key up to a bound; forks that count nothing are passed over. */
async function lastUpTo(store: Store, namespaceId: string, bound: string): Promise<Item | undefined> {
  // Nothing has the empty path, and DynamoDB takes no empty key, be it a bound.
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
 * The path as a key to look up to. Longer than any mount's path it need not be: what a longer path adds changes
 * nothing about which entry is its prefix, and DynamoDB refuses keys over 1,024 bytes.
 */
function key(path: string): string {
  const whole = mountPath(path);
  if (Buffer.byteLength(whole) <= MAX_MOUNT_PATH_BYTES) return whole;
  return Buffer.from(whole).subarray(0, MAX_MOUNT_PATH_BYTES).toString('utf8').replace(/�+$/, '');
}
