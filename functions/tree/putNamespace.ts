/** Creates a namespace, or changes the metadata of an existing one. */

import { isDeepStrictEqual } from 'node:util';
import { namespaceNotFound, refusal } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, ConditionFailed, type Ref, type Write } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree, checkEntrySize } from './changeTree.ts';
import { notClosed } from './closedNamespace.ts';
import { type ChildNamespace, childAt } from './findNamespace.ts';
import { locateTarget } from './locate.ts';
import { type Namespace, nameOf, namespaceItem, namespaceOf } from './namespace.ts';
import { checkNewName, type MetadataPatch, type NamespaceMetadata, patched } from './namespaceFields.ts';

/**
 * @param name with a trailing slash
 * @throws VaultError 400 for an invalid name or a mount in the way, 404 when the parent was deleted meanwhile, 413
 * @throws StoreBusy when others keep changing the namespace
 */
export function putNamespace(
  deps: Deps,
  parent: Namespace,
  name: string,
  metadata: NamespaceMetadata,
): Promise<Namespace> {
  checkNewName(name, parent);
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    return child ? setMetadata(deps, parent, child, metadata) : createNamespace(deps, parent, name, metadata);
  });
}

/**
 * @param name with a trailing slash
 * @throws VaultError 400 when there is no such namespace, 413
 * @throws StoreBusy when others keep changing the namespace
 */
export function patchNamespace(
  deps: Deps,
  parent: Namespace,
  name: string,
  patch: MetadataPatch,
): Promise<Namespace> {
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    if (!child) throw refusal('namespace not found');
    return setMetadata(deps, parent, child, patched(child.namespace.metadata, patch));
  });
}

/** @throws ConditionFailed when the namespace has changed since it was read */
async function setMetadata(
  { store }: Deps,
  parent: Namespace,
  { namespace, unchanged }: ChildNamespace,
  metadata: NamespaceMetadata,
): Promise<Namespace> {
  if (isDeepStrictEqual(metadata, namespace.metadata)) return namespace;
  const entry = treeKey(parent.id, namespace.path.slice(parent.path.length));
  const write = { update: entry, set: { metadata }, add: { version: 1 }, if: unchanged };
  checkEntrySize(metadata);
  await store.commit([write]);
  return { ...namespace, metadata };
}

/** @throws ConditionFailed when the name or the random id was taken meanwhile */
async function createNamespace(
  { store, ids }: Deps,
  parent: Namespace,
  name: string,
  metadata: NamespaceMetadata,
): Promise<Namespace> {
  checkEntrySize(metadata);
  const id = ids.base62(6);
  const entry = namespaceItem(parent, name, { id, uuid: ids.uuid(), metadata, version: 1 });
  const namespace = namespaceOf(entry, parent) as Namespace;
  try {
    const change = { namespaceId: parent.id, path: name, after: entry };
    await changeTree(store, [change], [...recordOf(namespace), ...raiseVersion(parent)]);
    return namespace;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const parentEntry = entryOf(parent);
    if (parentEntry && error.failedAt(parentEntry)) throw namespaceNotFound();
    const { conflict } = await locateTarget(store, name, parent);
    if (conflict?.kind === 'mount' || conflict?.kind === 'alias') {
      throw refusal(`new namespace conflicts with existing ${conflict.kind}: ${parent.path + conflict.sk}`);
    }
    throw error;
  }
}

/** The item by which a namespace is found by its id. It never takes the id of one that is being cleared away. */
function recordOf({ id, path, lineage }: Namespace): Write[] {
  return [{ put: { ...namespaceKey(id), path, lineage }, if: ABSENT }, ...notClosed(id, id)];
}

/**
 * Creating a child raises the version of its parent. So if a deletion finds the parent without children, it fails when
 * a child is created meanwhile. The root namespace is never deleted.
 */
function raiseVersion(parent: Namespace): Write[] {
  const update = entryOf(parent);
  if (!update) return [];
  return [{ update, add: { version: 1 }, if: { kind: 'namespace', id: parent.id } }];
}

/** The entry of a namespace in the tree of its parent; the root namespace has none. */
function entryOf({ path, lineage }: Namespace): Ref | undefined {
  const parentId = lineage.at(-2);
  return parentId === undefined ? undefined : treeKey(parentId, nameOf(path));
}
