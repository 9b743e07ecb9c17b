/** A namespace: a tenant with its own tree of mounts, policies and tokens. */

import { goQuote, namespaceLocked } from '../http/errors.ts';
import type { Item, PlacedItem } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

export interface Namespace {
  /** Six letters and digits; `root` for the root namespace. */
  id: string;
  uuid: string;
  /** Absolute, with a trailing slash; empty for the root namespace. */
  path: string;
  /** Ids from the root namespace down to this one. */
  lineage: string[];
  metadata: Record<string, string>;
  /** SHA-256 of the key that unlocks it; absent unless it is locked. */
  unlockKeyHash?: string;
  /** Path of the outermost locked namespace from the root to this one; requests below it are refused. */
  lockedAt?: string;
}

export const ROOT: Namespace = {
  id: 'root',
  uuid: '00000000-0000-4000-8000-000000000000',
  path: '',
  lineage: ['root'],
  metadata: {},
};

/** A path, and the namespace that it is relative to. */
export interface NamespacedPath {
  namespace: Namespace;
  path: string;
}

/** The entry of a namespace in the tree of its parent; each write raises `version` by one. */
type Entry = Pick<Namespace, 'id' | 'uuid' | 'metadata' | 'unlockKeyHash'> & { version: number };

const RECORD = record<Entry>('namespace');

/** @param name with a trailing slash */
export function namespaceItem(parent: Pick<Namespace, 'id'>, name: string, entry: Entry): PlacedItem {
  return RECORD.at(treeKey(parent.id, name), entry);
}

/** @returns the namespace of a tree item; nothing if the item is not a child namespace */
export function namespaceOf(item: Item | undefined, parent: Namespace): Namespace | undefined {
  const entry = RECORD.of(item);
  if (!item || !entry) return undefined;
  const { id, uuid, metadata, unlockKeyHash } = entry;
  const path = parent.path + item.sk;
  const lockedAt = parent.lockedAt ?? (unlockKeyHash && path);
  return {
    id,
    uuid,
    path,
    lineage: [...parent.lineage, id],
    metadata,
    ...(unlockKeyHash && { unlockKeyHash }),
    ...(lockedAt && { lockedAt }),
  };
}

/**
 * Asked of the namespace of a request, and of each other one that has an object of the request: a namespace above it may name a
 * token, a lease, an alias or a mount of it. Revocations go on (contract §2.3).
 * @throws VaultError 503 in a locked namespace, or below one: it serves nothing, and nothing is moved out of it or into it
 */
export function requireUnlocked({ lockedAt }: Namespace): void {
  if (lockedAt !== undefined) throw namespaceLocked(lockedAt);
}

/** Whether a listing of several namespaces shows what is in this one. */
export function isUnlocked({ lockedAt }: Namespace): boolean {
  return lockedAt === undefined;
}

/** A namespace in the words of an error or a warning. @param path empty for the root namespace */
export function namespaceInWords(path: string): string {
  return path === '' ? 'the root namespace' : `namespace ${goQuote(path)}`;
}

/** The last segment of a namespace's path, with a trailing slash: its key in the tree of its parent. */
export function nameOf(path: string): string {
  return `${path.split('/').at(-2)}/`;
}

/** Whether `inner` is the outer namespace or is inside it (R10). */
export function isWithin(inner: Namespace, outerId: string): boolean {
  return inner.lineage.includes(outerId);
}
