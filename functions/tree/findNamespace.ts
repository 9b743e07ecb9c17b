/** Finds namespaces: by path, by id, and those below another. */

import { namespaceNotFound } from '../http/errors.ts';
import { headerNamespace } from '../http/message.ts';
import { MAX_MOUNT_PATH_BYTES } from '../limits.ts';
import type { Expected, Ref, Store } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { locate } from './locate.ts';
import { type Namespace, type NamespacedPath, namespaceOf, ROOT, requireUnlocked } from './namespace.ts';
import { canHaveName } from './namespaceFields.ts';

/**
 * @param typed the path as a person types it; nothing for the root namespace
 * @throws VaultError 404 when there is none, 503 when it is locked
 */
export async function namespaceByPath(store: Store, typed: string | undefined): Promise<Namespace> {
  const path = headerNamespace(typed);
  const { namespace } = await locate(store, path);
  if (namespace.path !== path) throw namespaceNotFound();
  requireUnlocked(namespace);
  return namespace;
}

/** Ids have six letters and digits, so that no other part of a token or lease id looks like one. */
const ID_SUFFIX = /\.([0-9A-Za-z]{6})$/;

/** @returns the namespace id at the end of a token, accessor or lease id; without one, the root namespace's */
export function namespaceIdIn(id: string): string {
  return ID_SUFFIX.exec(id)?.[1] ?? ROOT.id;
}

/** @returns nothing when there is no such namespace, or another namespace has its path */
export async function namespaceById(store: Store, id: string): Promise<Namespace | undefined> {
  if (id === ROOT.id) return ROOT;
  const record = await store.get(namespaceKey(id));
  if (!record) return undefined;
  const { namespace } = await locate(store, record.path as string);
  return namespace.id === id ? namespace : undefined;
}

/**
 * The namespace with this id, if it is the namespace of the request or inside it (R10).
 * @param within the namespace of the request
 */
export async function namespaceWithin(
  store: Store,
  id: string,
  within: Namespace,
): Promise<Namespace | undefined> {
  if (id === within.id) return within;
  const namespace = await namespaceById(store, id);
  return namespace?.lineage.includes(within.id) ? namespace : undefined;
}

/** Those of these namespaces that are the namespace of the request or inside it, by id (R10). */
export async function namespacesWithin(
  store: Store,
  ids: readonly string[],
  within: Namespace,
): Promise<Map<string, Namespace>> {
  const found = await severalAtOnce([...new Set(ids)], (id) => namespaceWithin(store, id, within));
  return new Map(found.flatMap((namespace) => (namespace ? [[namespace.id, namespace] as const] : [])));
}

/**
 * The innermost namespace of each path, with one batch read a level for all paths together.
 * A namespace name is one segment, so only the child with the name of the first segment can own a path.
 * @param paths relative to `start`, without a leading slash
 */
export async function innermostNamespaces(
  store: Pick<Store, 'getMany'>,
  paths: string[],
  start: Namespace,
): Promise<NamespacedPath[]> {
  let places = paths.map((path): NamespacedPath => ({ namespace: start, path }));
  for (;;) {
    const refs = places.map(firstSegmentKey).filter((ref) => ref !== undefined);
    if (refs.length === 0) return places;
    const items = await store.getMany(refs);
    const found = new Map(refs.map((ref, i) => [idOf(ref), items[i]]));
    const next = places.map((place): NamespacedPath => {
      const ref = firstSegmentKey(place);
      const child = ref && namespaceOf(found.get(idOf(ref)), place.namespace);
      return child ? { namespace: child, path: place.path.slice(ref.sk.length) } : place;
    });
    if (next.every(({ namespace }, i) => namespace === places[i]?.namespace)) return places;
    places = next;
  }
}

/** The entry of the first segment, if the path goes on below it and a namespace may have that name. */
function firstSegmentKey({ namespace, path }: NamespacedPath): Ref | undefined {
  const end = path.indexOf('/') + 1;
  const first = path.slice(0, end);
  const isLast = end === 0 || end === path.length;
  if (isLast || first === '/' || first === 'auth/' || Buffer.byteLength(first) > MAX_MOUNT_PATH_BYTES)
    return undefined;
  return treeKey(namespace.id, first);
}

function idOf({ pk, sk }: Ref): string {
  return `${pk}|${sk}`;
}

export interface ChildNamespace {
  namespace: Namespace;
  /** The condition of every write to its entry in the tree: the namespace has not changed since it was read. */
  unchanged: Expected;
}

/** @param name with a trailing slash */
export async function childAt(
  store: Store,
  parent: Namespace,
  name: string,
): Promise<ChildNamespace | undefined> {
  if (!canHaveName(parent, name)) return undefined;
  const item = await store.get(treeKey(parent.id, name));
  const namespace = namespaceOf(item, parent);
  if (!namespace) return undefined;
  const unchanged: Expected = { kind: 'namespace', id: namespace.id, version: item?.version as number };
  return { namespace, unchanged };
}

/** The children of a namespace, without their own children. */
export async function listChildren(store: Store, parent: Namespace): Promise<Namespace[]> {
  const children: Namespace[] = [];
  for await (const page of store.pages({ table: 'mounts', pk: parent.id })) {
    children.push(...page.map((item) => namespaceOf(item, parent)).filter((child) => child !== undefined));
  }
  return children;
}

/** All namespaces below a namespace, level by level. */
export async function listDescendants(store: Store, top: Namespace): Promise<Namespace[]> {
  const all: Namespace[] = [];
  for (let level = [top]; level.length > 0; ) {
    level = (await severalAtOnce(level, (parent) => listChildren(store, parent))).flat();
    all.push(...level);
  }
  return all;
}
