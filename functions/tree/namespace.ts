/** A namespace: a tenant with its own tree of mounts, policies and tokens. */

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
  /** A namespace marked so refuses requests, accepts and switches, and is on its way out (architecture §10). */
  deleting: boolean;
  /** SHA-256 of the key that unlocks it; absent unless its API was locked. */
  unlockKeyHash?: string;
  /** Path of the outermost namespace, from the root to this one, that is locked: no request passes it. */
  lockedAt?: string;
}

export const ROOT: Namespace = {
  id: 'root',
  uuid: '00000000-0000-4000-8000-000000000000',
  path: '',
  lineage: ['root'],
  metadata: {},
  deleting: false,
};

/** A namespace as it stands in the tree of its parent; `version` is raised with each write. */
type Entry = Pick<Namespace, 'id' | 'uuid' | 'metadata' | 'unlockKeyHash'> & {
  deleting?: boolean;
  version: number;
};

const RECORD = record<Entry>('namespace');

/** @param name with a trailing slash */
export function namespaceItem(parent: Pick<Namespace, 'id'>, name: string, entry: Entry): PlacedItem {
  return RECORD.at(treeKey(parent.id, name), entry);
}

/** @returns the namespace of a tree item, if a child namespace is what sits there */
export function namespaceOf(item: Item | undefined, parent: Namespace): Namespace | undefined {
  const entry = RECORD.of(item);
  if (!item || !entry) return undefined;
  const { id, uuid, metadata, deleting = false, unlockKeyHash } = entry;
  const path = parent.path + item.sk;
  const lockedAt = parent.lockedAt ?? (unlockKeyHash && path);
  return {
    id,
    uuid,
    path,
    lineage: [...parent.lineage, id],
    metadata,
    deleting,
    ...(unlockKeyHash && { unlockKeyHash }),
    ...(lockedAt && { lockedAt }),
  };
}

/** The last segment of a namespace's path, under which it stands in the tree of its parent. */
export function nameOf(path: string): string {
  return `${path.split('/').at(-2)}/`;
}

/** Whether `inner` is `outer` or lies inside it (R10). */
export function isWithin(inner: Namespace, outerId: string): boolean {
  return inner.lineage.includes(outerId);
}
