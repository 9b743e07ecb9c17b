/** Writes mounts and namespaces directly into the tree, for tests of parts that have no API to create them. */

import type { Deps } from '../../functions/ports/deps.ts';
import { namespaceKey, treeKey } from '../../functions/store/keys.ts';
import { changeTree } from '../../functions/tree/changeTree.ts';
import { type Mount, mountItem } from '../../functions/tree/mount.ts';
import type { Namespace } from '../../functions/tree/namespace.ts';

export async function placeMount(deps: Deps, path: string, more: Partial<Mount> = {}): Promise<Mount> {
  const isAuth = path.startsWith('auth/');
  const type = more.type ?? (isAuth ? 'userpass' : 'kv');
  const mount: Mount = {
    namespaceId: 'root',
    path,
    uuid: deps.ids.uuid(),
    accessor: `${isAuth ? 'auth_' : ''}${type}_${deps.ids.hex(8)}`,
    type,
    description: `the mount at ${path}`,
    config: { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false },
    options: {},
    local: false,
    sealWrap: false,
    externalEntropyAccess: false,
    generation: 0,
    version: 1,
    issued: false,
    ...more,
  };
  await changeTree(deps.store, [{ namespaceId: mount.namespaceId, path, after: mountItem(mount) }]);
  return mount;
}

export async function placeNamespace(deps: Deps, parent: Namespace, name: string): Promise<Namespace> {
  const id = deps.ids.base62(6);
  const namespace: Namespace = {
    id,
    uuid: deps.ids.uuid(),
    path: `${parent.path}${name}/`,
    lineage: [...parent.lineage, id],
    metadata: {},
  };
  const { path, lineage, uuid, metadata } = namespace;
  const key = treeKey(parent.id, `${name}/`);
  const entry = { ...key, kind: 'namespace', id, uuid, metadata, version: 1 };
  await changeTree(
    deps.store,
    [{ namespaceId: parent.id, path: `${name}/`, after: entry }],
    [{ put: { ...namespaceKey(id), path, lineage } }],
  );
  return namespace;
}
