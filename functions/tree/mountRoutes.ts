/** The endpoints that list, enable, tune and disable secrets engines and auth methods (contract §3). */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import {
  type Answers,
  type Call,
  type Handler,
  type NameReading,
  type Reply,
  type Route,
  route,
} from '../http/route.ts';
import { retryContended } from '../store/retryContended.ts';
import { aliasAt } from './changeAlias.ts';
import { disableMount } from './disableMount.ts';
import { enableMount, overlapAt } from './enableMount.ts';
import { anyMountAt, listAllMounts, mountAround, mountAt } from './findMount.ts';
import { MOUNT, type MountInfo, mountObject, TUNE, tuneObject } from './mountObject.ts';
import {
  barePath,
  builtinPath,
  type MountTable,
  mountPath,
  slashed,
  tableOf,
  tablePath,
  treePath,
} from './path.ts';
import { ENABLE_FIELDS, mountSynonyms, readNewMount, unknownType } from './readNewMount.ts';
import { tuneMount } from './tuneMount.ts';
import { TUNE_FIELDS } from './tuning.ts';

const ANSWERS = { read: MOUNT, write: null, delete: null } as const satisfies Answers;

export const mountRoutes: readonly Route[] = [
  route({ path: 'sys/mounts', answers: { read: { '*': MOUNT } }, read: list('mount') }),
  route({ path: 'sys/auth', answers: { read: { '*': MOUNT } }, read: list('auth') }),
  tuneRoute('sys/mounts', 'mount', false),
  tuneRoute('sys/auth', 'auth', true),
  route({
    path: 'sys/mounts/:path+',
    names: {
      path: (sent, call) => (call.operation === 'read' ? mountIn('mount')(sent, call) : barePath(sent)),
    },
    fields: ENABLE_FIELDS,
    synonyms: mountSynonyms,
    answers: ANSWERS,
    read: readSecretEngine,
    write: (call) => enable(call, 'mount'),
    delete: (call) => disable(call, 'mount'),
  }),
  route({
    path: 'sys/auth/:path+',
    names: { path: barePath },
    sudo: true,
    fields: ENABLE_FIELDS,
    synonyms: mountSynonyms,
    answers: ANSWERS,
    read: readAuthMethod,
    write: (call) => enable(call, 'auth'),
    delete: (call) => disable(call, 'auth'),
  }),
];

/** The mount that a path is at or in: what is named by a path in a mount is that mount. */
function mountIn(table: MountTable): NameReading {
  return async (sent, { deps, namespace }) => {
    const mount = await mountAround(deps.store, namespace, treePath(mountPath(sent), table));
    if (!mount) return barePath(sent);
    return barePath(table === 'auth' ? tablePath(mount.path) : mount.path);
  };
}

function list(table: MountTable): Handler<Schema, Record<string, MountInfo>> {
  return async ({ deps, namespace }) => {
    const mounts = await listAllMounts(deps, namespace);
    const listed = mounts.filter(({ path }) => tableOf(path) === table);
    return { data: Object.fromEntries(listed.map((mount) => [tablePath(mount.path), mountObject(mount)])) };
  };
}

function tuneRoute(prefix: string, table: MountTable, sudo: boolean): Route {
  return route({
    path: `${prefix}/:path+/tune`,
    names: { path: mountIn(table) },
    sudo,
    fields: TUNE_FIELDS,
    answers: { read: TUNE, write: null },
    read: async (call) => {
      const path = treePath(pathIn(call), table);
      const mount = await mountAround(call.deps.store, call.namespace, path);
      if (!mount) throw refusal(`cannot fetch sysview for path ${goQuote(path)}`);
      return { data: tuneObject(mount) };
    },
    write: async ({ deps, namespace, params, fields, types }) => {
      const path = treePath(pathIn({ params }), table);
      const warning = await tuneMount(deps.store, namespace, path, fields, types);
      return warning === undefined ? undefined : { warnings: [warning] };
    },
  });
}

/**
 * Returns the mount that the path is in. Auth methods are found under `auth/`; mounts of child namespaces are not found.
 */
async function readSecretEngine({ deps, namespace, params }: Call): Promise<Reply<MountInfo>> {
  const path = pathIn({ params });
  const mount = await mountAround(deps.store, namespace, path);
  if (!mount) throw refusal(`No secret engine mount at ${path}`);
  return { data: mountObject(mount) };
}

async function readAuthMethod({ deps, namespace, params }: Call): Promise<Reply<MountInfo>> {
  const path = treePath(pathIn({ params }), 'auth');
  const mount = await anyMountAt(deps.store, namespace, path);
  if (!mount) throw refusal(`No auth engine at ${tablePath(path)}`);
  return { data: mountObject(mount) };
}

async function enable(call: Call<typeof ENABLE_FIELDS>, table: MountTable): Promise<void> {
  const path = pathIn(call);
  const asked = readNewMount(call.fields, path, table, call.types);
  const place = [call.deps, call.namespace, treePath(path, table)] as const;
  const wrong = unknownType(asked, call.fields, table, call.types);
  if (wrong) throw (await overlapAt(...place)) ?? wrong;
  await enableMount(...place, asked);
}

/** Disabling a mount that does not exist succeeds, so that nobody learns which mounts exist (contract §3.2). */
async function disable({ deps, namespace, params }: Call, table: MountTable): Promise<void> {
  const path = treePath(pathIn({ params }), table);
  const protectedPath = refusal(`cannot unmount ${goQuote(path)}`);
  if (builtinPath(path) === path) {
    throw table === 'auth' ? refusal('token credential backend cannot be disabled') : protectedPath;
  }
  await retryContended(async () => {
    const mount = await mountAt(deps.store, namespace, path);
    if (mount && tableOf(path) !== table) throw protectedPath;
    if (mount) await disableMount(deps, mount);
    // The old path of a mount would go on answering.
    if (!mount && (await aliasAt(deps, namespace.id, path))) throw aliasNotDisabled(path);
  });
}

function aliasNotDisabled(path: string): VaultError {
  return refusal(
    `cannot unmount ${goQuote(path)}: it is an alias, and DELETE sys/remount/aliases/:path ends it`,
  );
}

function pathIn({ params }: Pick<Call, 'params'>): string {
  return slashed(params.path ?? '');
}
