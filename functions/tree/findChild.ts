/** Finds the namespaces below a namespace. */

import type { Match, Store } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Namespace, namespaceOf } from './namespace.ts';
import { fits } from './namespaceName.ts';

export interface Child {
  namespace: Namespace;
  /** The condition of every write to its entry in the tree: it is still this one, unchanged since it was read. */
  unchanged: Match;
}

/** @param name with a trailing slash */
export async function childAt(store: Store, parent: Namespace, name: string): Promise<Child | undefined> {
  if (!fits(parent, name)) return undefined;
  const item = await store.get(treeKey(parent.id, name));
  const namespace = namespaceOf(item, parent);
  if (!namespace) return undefined;
  const unchanged: Match = { kind: 'namespace', id: namespace.id, version: item?.version as number };
  return { namespace, unchanged };
}

/** Children only, not theirs. */
export async function listChildren(store: Store, parent: Namespace): Promise<Namespace[]> {
  const children: Namespace[] = [];
  for await (const page of store.pages({ table: 'mounts', pk: parent.id })) {
    children.push(...page.map((item) => namespaceOf(item, parent)).filter((child) => child !== undefined));
  }
  return children;
}

/** Children and theirs, level by level, however deep. */
export async function listDescendants(store: Store, top: Namespace): Promise<Namespace[]> {
  const all: Namespace[] = [];
  for (let level = [top]; level.length > 0; ) {
    level = (await severalAtOnce(level, (parent) => listChildren(store, parent))).flat();
    all.push(...level);
  }
  return all;
}
