/** Namespaces with data of every kind that no other namespace may see or change, and the namespace of an attacker. */

import { engines } from '../../functions/engines/catalog.ts';
import type { Route } from '../../functions/http/route.ts';
import { typeOf } from '../../functions/http/shape.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, type CallOptions, caller } from '../support/call.ts';
import { METHODS, operationsOf } from '../support/methods.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';
import { runMigration } from '../support/workflow.ts';

/** The namespace of the attacker, whose token may do everything there. */
export const HERE = 'team/here/';
/** A child namespace, which also belongs to the attacker. */
export const BELOW = 'team/here/below/';
/** The root, the parent, a sibling, a sibling whose name has the same beginning, and an unrelated namespace. */
export const FOREIGN = ['', 'team/', 'team/beside/', 'team/hereafter/', 'other/'] as const;

/** The ids and secrets of a foreign namespace that an attacker may know. */
export interface Loot {
  namespace: string;
  namespaceId: string;
  migration: string;
  openMigration: string;
  run: string;
  token: string;
  accessor: string;
  wrapping: string;
  lease: string;
  secretIdAccessor: string;
}

export interface Scene {
  deps: TestDeps;
  /** Sends requests as root. */
  call: Caller;
  loot: Loot[];
  /** @returns a new token of the attacker, since some requests revoke it */
  attacker(): Promise<string>;
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Is in data of foreign namespaces, and in no request of the attacker: an answer that shows it is a leak. */
export const MARK = 'PLANTED';

/** The mounts that every namespace has, one for each kind of engine. */
const MOUNTS = [
  { path: 'plain', table: 'mounts', type: 'kv', options: {} },
  { path: 'versioned', table: 'mounts', type: 'kv', options: { version: '2' } },
  { path: 'ssh', table: 'mounts', type: 'ssh', options: {} },
  { path: 'people', table: 'auth', type: 'userpass', options: {} },
  { path: 'apps', table: 'auth', type: 'approle', options: {} },
] as const;

/** Every row of the route tables, with the path of its mount. */
export const ROWS: { route: Route; prefix: string }[] = [
  ...vaultApi.builtin.map((route) => ({ route, prefix: '' })),
  ...MOUNTS.flatMap(({ path, table, type, options }) =>
    (engines[type]?.routes(options) ?? []).map((route) => ({
      route,
      prefix: table === 'auth' ? `auth/${path}/` : `${path}/`,
    })),
  ),
];

export async function scene(): Promise<Scene> {
  const deps = await testDeps();
  const call = caller(deps, vaultApi, await rootToken(deps));
  const ids = new Map([['', 'root']]);
  for (const path of [...FOREIGN.slice(1), HERE, BELOW]) {
    const [, parent = '', name = ''] = /^(.*?)([^/]+)\/$/.exec(path) ?? [];
    const body = path.startsWith(HERE) ? {} : { custom_metadata: { owner: MARK } };
    const made = await call('POST', `sys/namespaces/${name}`, { namespace: parent, body });
    ids.set(path, made.body.data.id);
  }
  const loot: Loot[] = [];
  for (const namespace of FOREIGN)
    loot.push(await fillNamespace(deps, call, namespace, ids.get(namespace) ?? ''));
  deps.clock.pass(60_000);
  const here = { id: ids.get(HERE) ?? '', path: HERE };
  return {
    deps,
    call,
    loot,
    attacker: () => tokenWith(deps, '', here, { policies: ['root'] }),
    stop: () => deps.stop(),
  };
}

async function fillNamespace(deps: TestDeps, call: Caller, namespace: string, id: string): Promise<Loot> {
  const must = async (method: string, path: string, body: object = {}, options: CallOptions = {}) => {
    const answer = await call(method, path, { namespace, body, ...options });
    if (answer.status >= 300) throw new Error(`${method} ${namespace}${path}: ${answer.text}`);
    return answer.body;
  };
  for (const { path, table, type, options } of [
    ...MOUNTS,
    { path: 'to-move', table: 'mounts', type: 'kv', options: {} },
    { path: 'to-wait', table: 'mounts', type: 'kv', options: {} },
    { path: 'known', table: 'mounts', type: 'kv', options: {} },
    { path: 'to-run', table: 'mounts', type: 'kv', options: {} },
    { path: `mount-${MARK}`, table: 'mounts', type: 'kv', options: {} },
    { path: `auth-${MARK}`, table: 'auth', type: 'userpass', options: {} },
  ])
    await must('POST', `sys/${table}/${path}`, { type, options, description: MARK });
  for (const name of ['known', `secret-${MARK}`]) {
    await must('POST', `plain/${name}`, { value: MARK });
    await must('POST', `versioned/data/${name}`, { data: { value: MARK } });
    await must('POST', `versioned/metadata/${name}`, { custom_metadata: { owner: MARK } });
    await must('POST', `sys/policies/acl/${name.toLowerCase()}`, {
      policy: `# ${MARK}\npath "*" { capabilities = ["update", "sudo"] }`,
    });
    await must('POST', `auth/people/users/${name}`, { password: 'password', policies: MARK });
    await must('POST', `auth/apps/role/${name}`, { policies: MARK });
    await must('POST', `auth/token/roles/${name}`, { allowed_policies: [MARK, 'known', 'default'] });
    await must('POST', `ssh/roles/${name}`, { key_type: 'otp', default_user: MARK, cidr_list: '10.0.0.0/8' });
  }
  await must('POST', 'cubbyhole/known', { value: MARK });
  const secretId = await must('POST', 'auth/apps/role/known/secret-id', { metadata: `{"a":"${MARK}"}` });
  const token = await must('POST', 'auth/token/create', { display_name: MARK, policies: ['default'] });
  const otp = await must('POST', 'ssh/creds/known', { ip: '10.1.2.3' });
  const wrapped = await must('GET', 'plain/known', {}, { headers: { 'x-vault-wrap-ttl': '1h' } });
  const reason = MARK;
  const moved = await must('POST', 'sys/remount', { from: 'to-move', to: `moved-${MARK}`, reason });
  await runMigration(deps, moved.data.migration_id);
  // Leaves an alias where requests with a path look for one.
  const leaving = { from: 'known', to: `left-${MARK}`, alias_ttl: '720h', reason };
  await runMigration(deps, (await must('POST', 'sys/remount', leaving)).data.migration_id);
  await must('POST', 'known/known', { value: MARK });
  const open = await must('POST', 'sys/remount', { from: 'to-wait', to: `open-${MARK}`, reason });
  const moves = [{ from: 'to-run', to: `run-${MARK}` }];
  const run = await must('POST', 'sys/remount/bulk', { moves, reason });
  const schedule = {
    schedule: 'cron(0 3 * * ? *)',
    moves,
    reason,
    end: new Date(deps.clock.now() + 30 * DAY_MS).toISOString(),
  };
  await must('POST', 'sys/remount/schedules/known', schedule);
  return {
    namespace,
    namespaceId: id,
    migration: moved.data.migration_id,
    openMigration: open.data.migration_id,
    run: run.data.bulk_id,
    token: token.auth.client_token,
    accessor: token.auth.accessor,
    wrapping: wrapped.wrap_info.token,
    lease: otp.lease_id,
    secretIdAccessor: secretId.data.secret_id_accessor,
  };
}

/** A request to a row, with parameters and fields that match the data of a foreign namespace. */
export interface Asked {
  method: string;
  /** Relative to a namespace. */
  path: string;
  body: Record<string, unknown>;
}

export function askedOf({ route, prefix }: (typeof ROWS)[number], loot: Loot): Asked[] {
  const body = Object.fromEntries(
    Object.entries(route.fields ?? {}).map(([name, field]) => [name, fieldOf(name, typeOf(field), loot)]),
  );
  const path = prefix + pathOf(route.path, loot);
  return operationsOf(route).map((operation) => ({ method: METHODS[operation], path, body }));
}

function pathOf(path: string, loot: Loot): string {
  const id = path.includes('/cancel/') || path.endsWith('/retry') ? loot.openMigration : loot.migration;
  return path
    .replace(/:migration_id\+?/, id)
    .replace(':bulk_id', loot.run)
    .replace(/:(id|prefix)[*+]/, loot.lease)
    .replace(
      /^(sys\/(mounts|auth)\/):path\+/,
      (_, table) => `${table}${table.endsWith('auth/') ? 'people' : 'plain'}`,
    )
    .replace(/^sys\/namespaces\/:name\+/, 'sys/namespaces/beside')
    .replace(/:\w+[*+]?/g, 'known');
}

/** Ids and secrets of the foreign namespace where the field takes them, valid values elsewhere. */
function fieldOf(name: string, type: string, loot: Loot): unknown {
  const known: Record<string, unknown> = {
    token: loot.token,
    accessor: loot.accessor,
    lease_id: loot.lease,
    secret_id_accessor: loot.secretIdAccessor,
    from: `../beside/plain`,
    to: `/team/beside/stolen`,
    moves: [{ from: `${loot.namespace}plain`, to: 'stolen' }],
    path: `../${loot.namespace}plain/known`,
    paths: [`${loot.namespace}plain/known`, `../beside/plain/known`],
    bulk_id: loot.run,
    after: loot.migration,
    policies: ['known', 'default'],
    ip: '10.1.2.3',
    type: 'kv',
  };
  if (name in known) return known[name];
  return (
    {
      bool: true,
      int: 1,
      ints: [1],
      duration: 60,
      list: ['known'],
      texts: ['known'],
      map: { a: 1 },
      pairs: { a: 'b' },
      any: 'x',
    }[type] ?? 'known'
  );
}

/** Follows one redirect, as clients do. */
export async function ask(
  call: Caller,
  { method, path, body }: Asked,
  options: CallOptions,
): Promise<Answer> {
  const type = { 'content-type': 'application/merge-patch+json' };
  const sent = {
    ...options,
    headers: { ...type, ...options.headers },
    ...(method === 'POST' || method === 'PATCH' ? { body } : {}),
  };
  const answer = await call(method, path, sent);
  const location = answer.headers.Location;
  return location?.startsWith('/v1/') ? call(method, location.slice('/v1/'.length), sent) : answer;
}
