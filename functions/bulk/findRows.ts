/** Reads from the tree what a plan depends on, in batches: the number of calls hardly grows with the number of rows. */

import type { Item, Ref, Store } from '../ports/store.ts';
import { pathInUse } from '../remount/errors.ts';
import { treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import { type Namespace, type NamespacedPath, namespaceOf } from '../tree/namespace.ts';
import { ancestors, mountPath, oversize, withSlash } from '../tree/path.ts';
import { checkPaths } from './checkRows.ts';
import { type FoundRow, type Problem, placeId, type Row, type Tree } from './plan.ts';

export interface FoundRows {
  rows: FoundRow[];
  tree: Tree;
  /** Rows whose paths cannot be looked up. */
  problems: Problem[];
}

/**
 * Reads of single keys are enough, because of the forks: whatever is in the way of a target is at it, above it, or
 * counted by the fork at it.
 * @param namespace that of the request, which paths are relative to
 */
export async function findRows(store: Store, rows: Row[], namespace: Namespace): Promise<FoundRows> {
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
  return [...at(source, withSlash(source.path)), ...targets.flatMap((path) => at(target, path))];
}

/** Other paths are not those of a mount, and DynamoDB rejects some of them as keys. */
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
  return mountOf(tree(namespace.id, withSlash(path)));
}

/** A target that is the path of a namespace is the empty path in that namespace. */
function descended(tree: Tree, target: NamespacedPath): NamespacedPath {
  const child = namespaceOf(tree(target.namespace.id, target.path), target.namespace);
  return child ? { namespace: child, path: '' } : target;
}

/**
 * Puts into each problem with mounts below its target the path of one of them.
 *
 * Each such problem costs a query; a plan without problems costs none.
 */
export function nameMountsBelow(store: Store, problems: Problem[], rows: FoundRow[]): Promise<Problem[]> {
  const leaving = new Set(
    rows.flatMap(({ mount }) => (mount ? [placeId(mount.namespaceId, mount.path)] : [])),
  );
  return severalAtOnce(problems, async (problem) => {
    const { below } = problem;
    if (!below) return problem;
    const { table, pk, sk: prefix } = treeKey(below.namespace.id, below.path);
    for await (const page of store.pages({ table, pk, prefix })) {
      const staying = page.find(({ kind, sk }) => kind !== 'fork' && !leaving.has(placeId(pk, sk)));
      if (staying) return { ...problem, message: pathInUse(below.namespace.path + staying.sk).message };
    }
    return problem;
  });
}
