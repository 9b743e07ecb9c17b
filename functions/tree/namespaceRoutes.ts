/** The endpoints that list, create, change, lock and delete the child namespaces of a namespace (contract §4). */

import { refusal } from '../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { deleteNamespace } from './deleteNamespace.ts';
import { childAt, listChildren, listDescendants } from './findNamespace.ts';
import { lockNamespace, unlockNamespace } from './lockNamespace.ts';
import type { Namespace } from './namespace.ts';
import { readMetadata, readName, readPatch } from './namespaceFields.ts';
import { barePath, cleanPath, slashed } from './path.ts';
import { patchNamespace, putNamespace } from './putNamespace.ts';

/** Namespaces have no seals here; the seal fields of Vault's clients are accepted and ignored. */
const FIELDS = { custom_metadata: 'map', seal: 'any', pgp_keys: 'any' } as const;

const NAMESPACE = {
  uuid: 'string',
  id: 'string',
  path: 'string',
  tainted: 'bool',
  locked: 'bool',
  custom_metadata: 'pairs',
} as const satisfies Shape;

type NamespaceInfo = Wire<typeof NAMESPACE>;

const LISTING = { keys: 'list', key_info: { '*': NAMESPACE } } as const satisfies Shape;

export const namespaceRoutes: readonly Route[] = [
  route({
    path: 'sys/namespaces',
    answers: { list: LISTING, scan: LISTING },
    list: async ({ deps, namespace }) => listing(namespace, await listChildren(deps.store, namespace)),
    scan: async ({ deps, namespace }) => listing(namespace, await listDescendants(deps.store, namespace)),
  }),
  route({
    path: 'sys/namespaces/api-lock/lock/:name*',
    names: { name: barePath },
    answers: { write: { unlock_key: 'string' } },
    write: async ({ deps, namespace, params }) => ({
      data: { unlock_key: await lockNamespace(deps, namespace, belowIn(params)) },
    }),
  }),
  route({
    path: 'sys/namespaces/api-lock/unlock/:name*',
    names: { name: barePath },
    fields: { unlock_key: 'string' },
    answers: { write: null },
    write: async (call) => {
      const { deps, namespace, params, fields } = call;
      const key = fields.unlock_key ?? '';
      if (key === '' && !call.sudo) throw refusal('provided empty key');
      await unlockNamespace(deps, namespace, belowIn(params), key);
      return key === '' ? { warnings: ['Namespace unlocked using sudo capabilities'] } : undefined;
    },
  }),
  route({
    path: 'sys/namespaces/:name+',
    names: { name: (sent) => barePath(cleanPath(sent)) },
    fields: FIELDS,
    answers: { read: NAMESPACE, write: NAMESPACE, patch: NAMESPACE, delete: { status: 'string' } },
    read: async (call) => {
      const child = await childAt(call.deps.store, call.namespace, nameIn(call));
      return child && reply(child.namespace);
    },
    write: async (call) => {
      const name = nameIn(call);
      const metadata = readMetadata(call.fields.custom_metadata);
      return reply(await putNamespace(call.deps, call.namespace, name, metadata));
    },
    patch: async (call) => {
      const name = nameIn(call);
      const patch = readPatch(call.raw, call.fields.custom_metadata);
      return reply(await patchNamespace(call.deps, call.namespace, name, patch));
    },
    delete: async (call) => {
      const found = await deleteNamespace(call.deps, call.namespace, nameIn(call));
      if (found) return { data: { status: 'in-progress' } };
      return { warnings: ['requested namespace does not exist'] };
    },
  }),
];

function nameIn({ params }: Pick<Call, 'params'>): string {
  return readName(params.name ?? '');
}

/** The namespace to lock or unlock, as a path from the namespace of the request; empty for that one itself. */
function belowIn({ name = '' }: Call['params']): string {
  return slashed(name);
}

/** The keys are paths from the namespace of the request. */
function listing({ path }: Namespace, below: Namespace[]): Reply<Wire<typeof LISTING>> | undefined {
  if (below.length === 0) return undefined;
  const named = below.map((namespace) => [namespace.path.slice(path.length), namespace] as const);
  const infos = named.map(([name, namespace]) => [name, namespaceObject(namespace)] as const);
  return { data: { keys: named.map(([name]) => name), key_info: Object.fromEntries(infos) } };
}

function reply(namespace: Namespace): Reply<NamespaceInfo> {
  return { data: namespaceObject(namespace) };
}

function namespaceObject(namespace: Namespace): NamespaceInfo {
  const { uuid, id, path, unlockKeyHash, metadata } = namespace;
  const locked = unlockKeyHash !== undefined;
  return { uuid, id, path, tainted: false, locked, custom_metadata: metadata };
}
