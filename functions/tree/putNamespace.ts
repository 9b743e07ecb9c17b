/** Creates a namespace, or changes the metadata of one that is there. */

import { isDeepStrictEqual } from 'node:util';
import { namespaceTainted } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, ConditionFailed, type Ref, type Write } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree } from './changeTree.ts';
import { type Child, childAt } from './findChild.ts';
import { locateTarget } from './locate.ts';
import { type Namespace, nameOf, namespaceItem, namespaceOf } from './namespace.ts';
import { beingDeleted, mountInTheWay, noSuchNamespace } from './namespaceErrors.ts';
import { type Metadata, type MetadataPatch, patched } from './namespaceMetadata.ts';
import { checkNewName } from './namespaceName.ts';
import { refuseOversize } from './refuseOversize.ts';

/**
 * @param name with a trailing slash
 * @throws VaultError 400 for a name that cannot be, 404 when the parent is on its way out, 503 when the store is busy
 */
export function putNamespace(
  deps: Deps,
  parent: Namespace,
  name: string,
  metadata: Metadata,
): Promise<Namespace> {
  checkNewName(name, parent);
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    return child ? setMetadata(deps, parent, child, metadata) : createNamespace(deps, parent, name, metadata);
  });
}

/** @throws VaultError 400 when there is no such namespace */
export function patchNamespace(
  deps: Deps,
  parent: Namespace,
  name: string,
  patch: MetadataPatch,
): Promise<Namespace> {
  return retryContended(async () => {
    const child = await childAt(deps.store, parent, name);
    if (!child) throw noSuchNamespace();
    return setMetadata(deps, parent, child, patched(child.namespace.metadata, patch));
  });
}

/** @throws ConditionFailed when the namespace changed in between */
async function setMetadata(
  { store }: Deps,
  parent: Namespace,
  { namespace, unchanged }: Child,
  metadata: Metadata,
): Promise<Namespace> {
  if (namespace.deleting) throw beingDeleted();
  if (isDeepStrictEqual(metadata, namespace.metadata)) return namespace;
  const entry = treeKey(parent.id, namespace.path.slice(parent.path.length));
  const write = { update: entry, set: { metadata }, add: { version: 1 }, if: unchanged };
  refuseOversize(metadata);
  await store.commit([write]);
  return { ...namespace, metadata };
}

/** @throws ConditionFailed when someone else made one of this name, or the random id was taken */
async function createNamespace(
  { store, ids }: Deps,
  parent: Namespace,
  name: string,
  metadata: Metadata,
): Promise<Namespace> {
  refuseOversize(metadata);
  const id = ids.base62(6);
  const entry = namespaceItem(parent, name, { id, uuid: ids.uuid(), metadata, version: 1 });
  const namespace = namespaceOf(entry, parent) as Namespace;
  try {
    const change = { namespaceId: parent.id, path: name, after: entry };
    await changeTree(store, [change], [recordOf(namespace, parent), ...touch(parent)]);
    return namespace;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const above = entryOf(parent);
    if (above && error.failedAt(above)) throw namespaceTainted(`sys/namespaces/${name}`, parent.path);
    const { conflict } = await locateTarget(store, name, parent);
    if (conflict?.kind === 'mount') throw mountInTheWay(parent.path + conflict.sk);
    throw error;
  }
}

/** What tells of a namespace by its id alone. */
function recordOf({ id, path, lineage }: Namespace, parent: Namespace): Write {
  return { put: { ...namespaceKey(id), path, lineage, parentId: parent.id }, if: ABSENT };
}

/**
 * A child counts as a change of its parent, so that a parent found childless cannot get one before it is marked as
 * being deleted. The root namespace is never deleted.
 */
function touch(parent: Namespace): Write[] {
  const update = entryOf(parent);
  if (!update) return [];
  const stands = { kind: 'namespace', id: parent.id, deleting: { absent: true } as const };
  return [{ update, add: { version: 1 }, if: stands }];
}

/** Where a namespace stands in the tree of the one above it; the root namespace stands nowhere. */
function entryOf({ path, lineage }: Namespace): Ref | undefined {
  const above = lineage.at(-2);
  return above === undefined ? undefined : treeKey(above, nameOf(path));
}
