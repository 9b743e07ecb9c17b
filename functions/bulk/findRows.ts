/** Looks at the tree for a whole plan: in batches, a few reads however many rows there are. */

import type { Item, Ref, Store } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import { type Namespace, type NamespacedPath, namespaceOf } from '../tree/namespace.ts';
import { ancestors, mountPath, oversize } from '../tree/path.ts';
import { checkPaths } from './checkRows.ts';
import { type FoundRow, type Problem, placeId, type Row, type Tree } from './plan.ts';

export interface Found {
  rows: FoundRow[];
  tree: Tree;
  /** Rows without paths that could be looked for. */
  problems: Problem[];
}

/**
 * Forks make reads of single keys enough: whatever is in the way of a target is at it or above it, or is counted by the
 * fork at it.
 * @param namespace that of the request, which paths are relative to
 */
export async function findRows(store: Store, rows: Row[], namespace: Namespace): Promise<Found> {
  const checked = rows.map((row) => ({ row, paths: checkPaths(row) }));
  const typed = checked.flatMap(({ row, paths }) => ('good' in paths ? [{ ...row, ...paths.good }] : []));
  const problems = checked.flatMap(({ paths }) => ('problem' in paths ? [paths.problem] : []));
  const paths = typed.flatMap(({ from, to }) => [from.replace(/^\//, ''), mountPath(to)]);
  const places = await innermostNamespaces(store, paths, namespace);
  const ends = typed.map((row, i) => ({
    row,
    source: places[2 * i] as NamespacedPath,
    target: places[2 * i + 1] as NamespacedPath,
  }));
  const tree = await readTree(store, ends.flatMap(keysOf));
  const found = ends.map(({ row, source, target }): FoundRow => {
    const mount = mountIn(tree, source);
    return { ...row, source, target: descended(tree, target), ...(mount && { mount }) };
  });
  return { rows: found, tree, problems };
}

function keysOf({ source, target }: { source: NamespacedPath; target: NamespacedPath }): Ref[] {
  const at = ({ namespace }: NamespacedPath, path: string) =>
    isKey(path) ? [treeKey(namespace.id, path)] : [];
  const targets = isKey(target.path) ? [target.path, ...ancestors(target.path)] : [];
  return [...at(source, mountPath(source.path)), ...targets.flatMap((path) => at(target, path))];
}

/** No mount has such a path, and some of them DynamoDB would not take. */
function isKey(path: string): boolean {
  return path !== '' && !oversize(path);
}

async function readTree(store: Store, refs: Ref[]): Promise<Tree> {
  const distinct = new Map(refs.map((ref) => [placeId(ref.pk, ref.sk), ref]));
  const items = await store.getMany([...distinct.values()]);
  const found = new Map(
    [...distinct.keys()].map((place, i): [string, Item | undefined] => [place, items[i]]),
  );
  return (namespaceId, path) => found.get(placeId(namespaceId, path));
}

function mountIn(tree: Tree, { namespace, path }: NamespacedPath): Mount | undefined {
  return mountOf(tree(namespace.id, mountPath(path)));
}

/** The path of a namespace itself names no mount in it. */
function descended(tree: Tree, target: NamespacedPath): NamespacedPath {
  const child = namespaceOf(tree(target.namespace.id, target.path), target.namespace);
  return child ? { namespace: child, path: '' } : target;
}
