/** The endpoints that list, enable, tune and disable secrets engines and auth methods (contract §3). */

import type { Schema } from '../http/fields.ts';
import { type Answers, type Call, type Handler, type Reply, type Route, route } from '../http/route.ts';
import { retryContended } from '../store/retryContended.ts';
import { disableMount } from './disableMount.ts';
import { enableMount } from './enableMount.ts';
import {
  noAuthEngine,
  noSecretEngine,
  nothingToReadTuneOf,
  protectedUnmount,
  tokenNotDisablable,
} from './errors.ts';
import { anyMountAt, isBuiltin, mountAt, mountCovering } from './findMount.ts';
import { listMounts } from './listMounts.ts';
import { MOUNT, type MountInfo, mountObject, TUNE, tuneObject } from './mountObject.ts';
import { ENABLE_FIELDS, readOrder } from './mountOrder.ts';
import { mountPath } from './path.ts';
import { type Table, tableOf, tablePath, treePath } from './table.ts';
import { TUNE_FIELDS } from './tune.ts';
import { tunedBuiltins } from './tunedBuiltins.ts';
import { tuneMount } from './tuneMount.ts';

const ANSWERS = { read: MOUNT, write: null, delete: null } as const satisfies Answers;

export const mountRoutes: readonly Route[] = [
  route({ path: 'sys/mounts', answers: { read: { '*': MOUNT } }, read: list('mount') }),
  route({ path: 'sys/auth', answers: { read: { '*': MOUNT } }, read: list('auth') }),
  tuneRoute('sys/mounts', 'mount', false),
  tuneRoute('sys/auth', 'auth', true),
  route({
    path: 'sys/mounts/:path*',
    fields: ENABLE_FIELDS,
    answers: ANSWERS,
    read: readSecretEngine,
    write: (call) => enable(call, 'mount'),
    delete: (call) => disable(call, 'mount'),
  }),
  route({
    path: 'sys/auth/:path*',
    sudo: true,
    fields: ENABLE_FIELDS,
    answers: ANSWERS,
    read: readAuthMethod,
    write: (call) => enable(call, 'auth'),
    delete: (call) => disable(call, 'auth'),
  }),
];

function list(table: Table): Handler<Schema, Record<string, MountInfo>> {
  return async ({ deps, namespace }) => {
    const mounts = [
      ...(await tunedBuiltins(deps.store, namespace)),
      ...(await listMounts(deps, namespace.id)),
    ];
    const listed = mounts.filter(({ path }) => tableOf(path) === table);
    return { data: Object.fromEntries(listed.map((mount) => [tablePath(mount.path), mountObject(mount)])) };
  };
}

function tuneRoute(prefix: string, table: Table, sudo: boolean): Route {
  return route({
    path: `${prefix}/:path*/tune`,
    sudo,
    fields: TUNE_FIELDS,
    answers: { read: TUNE, write: null },
    read: async (call) => {
      const path = treePath(pathIn(call), table);
      const mount = await anyMountAt(call.deps.store, call.namespace, path);
      if (!mount) throw nothingToReadTuneOf(path);
      return { data: tuneObject(mount) };
    },
    write: async ({ deps, namespace, params, fields, types }) => {
      const path = treePath(pathIn({ params }), table);
      const warning = await tuneMount(deps.store, namespace, path, fields, types);
      return warning === undefined ? undefined : { warnings: [warning] };
    },
  });
}

/** A path inside a mount tells of the mount, auth methods under `auth/` included. */
async function readSecretEngine(call: Call): Promise<Reply<MountInfo>> {
  const path = pathIn(call);
  const mount = await mountCovering(call.deps.store, call.namespace, path);
  if (!mount) throw noSecretEngine(path);
  return { data: mountObject(mount) };
}

async function readAuthMethod({ deps, namespace, params }: Call): Promise<Reply<MountInfo>> {
  const path = treePath(pathIn({ params }), 'auth');
  const mount = await anyMountAt(deps.store, namespace, path);
  if (!mount) throw noAuthEngine(tablePath(path));
  return { data: mountObject(mount) };
}

async function enable(call: Call<typeof ENABLE_FIELDS>, table: Table): Promise<void> {
  const path = pathIn(call);
  const order = readOrder(call.fields, path, table, call.types);
  await enableMount(call.deps, call.namespace, treePath(path, table), order);
}

/** What is not there needs no disabling, and so nobody learns what is there (contract §3.2). */
async function disable({ deps, namespace, params }: Call, table: Table): Promise<void> {
  const path = treePath(pathIn({ params }), table);
  if (isBuiltin(path)) throw table === 'auth' ? tokenNotDisablable() : protectedUnmount(path);
  await retryContended(async () => {
    const mount = await mountAt(deps.store, namespace, path);
    if (mount && tableOf(path) !== table) throw protectedUnmount(path);
    if (mount) await disableMount(deps, mount);
  });
}

function pathIn({ params }: Pick<Call, 'params'>): string {
  return mountPath(params.path ?? '');
}
