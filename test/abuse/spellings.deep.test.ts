/**
 * A rule for a name holds for every spelling of it: what the token may not touch as `prot`, it may not touch as `PROT`,
 * `prot/` or `%2Fprot`, through any row of the route tables that takes a name.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { matchRoute } from '../../functions/http/route.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { placeMount } from '../support/place.ts';
import { service } from '../support/service.ts';
import { runMigration } from '../support/workflow.ts';

const s = service();

interface Thing {
  /** Where it is made; `{}` stands for its name. */
  at: string;
  body: object;
  /** Makes it, if a `POST` there does not. */
  make?: (name: string) => Promise<void>;
  /** Other paths that act on it, below the first. */
  parts?: string[];
}

const MOUNTS = [
  { prefix: 'one/', type: 'kv', options: { version: '1' } },
  { prefix: 'two/', type: 'kv', options: { version: '2' } },
  { prefix: 'ssh/', type: 'ssh', options: {} },
  { prefix: 'auth/people/', type: 'userpass', options: {} },
  { prefix: 'auth/roles/', type: 'approle', options: {} },
];

const OTP_ROLE = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '0.0.0.0/0' };
/** Its next time stays the same meanwhile. */
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();
const SCHEDULE = { schedule: 'rate(1 day)', start: TOMORROW, rules: [{ from: 'a/*', to: 'b/*' }] };
const LOCK = 'sys/namespaces/api-lock';

const THINGS: Thing[] = [
  { at: 'sys/mounts/{}', body: { type: 'kv' }, parts: ['/tune'] },
  { at: 'sys/auth/{}', body: { type: 'userpass' }, parts: ['/tune'] },
  { at: 'sys/policies/acl/{}', body: { policy: 'path "a" {}' } },
  { at: 'sys/policy/{}', body: { policy: 'path "a" {}' } },
  { at: 'sys/namespaces/{}', body: { custom_metadata: { a: 'b' } } },
  { at: 'auth/people/users/{}', body: { password: 'p' }, parts: ['/policies'] },
  { at: 'auth/roles/role/{}', body: { token_ttl: 60 }, parts: ['/token-ttl', '/role-id', '/policies'] },
  { at: 'auth/token/roles/{}', body: { orphan: true } },
  { at: 'ssh/roles/{}', body: OTP_ROLE },
  { at: 'sys/remount/schedules/{}', body: SCHEDULE, parts: ['/pause', '/resume'] },
  { at: 'sys/remount/aliases/{}', body: {}, make: leaveAlias },
  { at: 'one/{}', body: { a: 'b' } },
  { at: 'two/data/{}', body: { data: { a: 'b' } } },
  { at: 'two/metadata/{}', body: { custom_metadata: { a: 'b' } } },
];

/** Makes a mount, and moves it away so that its old path goes on answering. */
async function leaveAlias(name: string): Promise<void> {
  await s.call('POST', `sys/mounts/${name}`, { body: { type: 'kv' } });
  const move = { from: name, to: `${name}-moved`, alias_ttl: '720h' };
  const { body } = await s.call('POST', 'sys/remount', { body: move });
  await runMigration(s.deps, body.data.migration_id);
}

/** What requests with other verbs send, so that they would change something. */
const CHANGE = {
  type: 'kv',
  description: 'changed',
  policy: 'path "changed" {}',
  custom_metadata: { a: 'changed' },
  password: 'changed',
  token_policies: ['changed'],
  token_ttl: 90,
  policies: ['changed'],
  role_id: 'changed',
  orphan: false,
  ...OTP_ROLE,
  allowed_users: 'changed',
  ...SCHEDULE,
  rules: [{ from: 'changed/*', to: 'b/*' }],
  data: { a: 'changed' },
  a: 'changed',
};
/** All that a request about an alias may send: with other fields, it would be refused for these. */
const RENEWAL = { ttl: '1h' };

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

/** Ways to write a name, or a name that is nearly it. `K` is the sign of kelvin, whose lower case is `k`. */
const SPELLINGS: ((name: string) => string)[] = [
  (name) => name.toUpperCase(),
  (name) => name[0]?.toUpperCase() + name.slice(1),
  (name) => `%20${name}`,
  (name) => `${name}%20`,
  (name) => `%2F${name}`,
  (name) => `${name}/`,
  (name) => `${name}%2F`,
  (name) => `${name}%2F%2F`,
  (name) => `${name}/x`,
  (name) => `${name}%2Fx`,
  (name) => `${name}%E2%80%8B`,
  (name) => name.replace('k', '%E2%84%AA'),
];

const spellingSteps = fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 3 });

const named = (at: string, name: string) => at.replace('{}', name);

beforeAll(async () => {
  for (const { prefix, ...mount } of MOUNTS) await placeMount(s.deps, prefix, mount);
});

async function state(path: string): Promise<unknown> {
  const { status, body } = await s.call('GET', path);
  // What is left of the time of an alias is another number each second.
  const { ttl: _, ...data } = body?.data ?? {};
  return { status, data };
}

describe('a name that a token may not touch', () => {
  it.each(THINGS)('as in $at is refused in every spelling', async ({ at, body, make, parts = [] }) => {
    const kept = `k${s.name}`;
    await (make ? make(kept) : s.call('POST', named(at, kept), { body }));
    const paths = ['', ...parts].map((part) => at + part);
    const denied = paths.map((path) => `path "${named(path, kept)}" { capabilities = ["deny"] }`).join('\n');
    const all = 'capabilities = ["create", "read", "update", "delete", "patch", "list", "sudo"]';
    await s.policy('nearly', `path "*" { ${all} }\n${denied}`);
    const { client_token: token } = await s.token({ policies: ['nearly'] });
    const before = await state(named(at, kept));
    expect(before).toMatchObject({ status: 200 });

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom(...METHODS),
        spellingSteps,
        async (path, method, steps) => {
          const name = steps.reduce((spelled, step) => step(spelled), kept);
          const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
          const request = { token, headers, ...(method === 'GET' ? {} : { body: make ? RENEWAL : CHANGE }) };
          const answer = await s.call(method, named(path, name), request);

          expect(await state(named(at, kept))).toEqual(before);
          // A read that reaches it for somebody who may read it, too, must not do so for this token.
          if (method === 'GET' && answer.status === 200)
            expect(answer.body.data).not.toEqual((await s.call('GET', named(path, kept))).body.data);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Rows whose name is no name of a thing, or whose thing cannot be spelled in two ways. */
const LEFT_OUT: Record<string, RegExp> = {
  'an id': /:(migration_id|bulk_id|id\+)/,
  'nothing that is kept, see test/policies/spellings.test.ts': /^sys\/locked-users\//,
  'a part of leases': /:prefix/,
  'nothing that is kept': /^sys\/tools\//,
  'what the handler judges itself': /^sys\/internal\/ui\/mounts\//,
  'what belongs to the token': /^cubbyhole\//,
  'a namespace, see below': new RegExp(`^${LOCK}/`),
  'no policy is asked': /^login\//,
  'a role that is only read': /^(creds\/:name|create\/:role_name|auth\/token\/create\/:role_name)$/,
  'as the data of the secret': /^(subkeys|delete|undelete|destroy|detailed-metadata)\/:path\*$/,
  'as the settings of the role or user': /^(role\/:name\/[\w-]+(\/\w+)?|users\/:name\/password)$/,
  'no path of version 2': /^:path\*$/,
};

it('is tried in every row that takes one', () => {
  const places = [
    ...MOUNTS.map(({ prefix, type, options }) => ({ prefix, routes: engines[type]?.routes(options) ?? [] })),
    { prefix: '', routes: vaultApi.builtin },
  ];
  const paths = THINGS.flatMap(({ at, parts = [] }) =>
    ['', ...parts].map((part) => named(at + part, 'kept')),
  );
  const tried = new Set(
    paths.map((path) => {
      const place = places.find(({ prefix }) => path.startsWith(prefix));
      return place && matchRoute(place.routes, path.slice(place.prefix.length))?.route.path;
    }),
  );
  const rows = places.flatMap(({ routes }) => routes);
  const untried = rows.map(({ path }) => path).filter((path) => path.includes(':') && !tried.has(path));
  const reasons = Object.values(LEFT_OUT);
  expect(untried.filter((path) => !reasons.some((left) => left.test(path)))).toEqual([]);
});

it.each(['lock', 'unlock'])('is refused to %s a namespace, too', async (act) => {
  await s.call('POST', `sys/namespaces/${s.name}`);
  await s.policy(
    'nearly',
    `path "*" { capabilities = ["update", "sudo"] }
     path "${LOCK}/${act}/${s.name}" { capabilities = ["deny"] }`,
  );
  const { client_token: token } = await s.token({ policies: ['nearly'] });
  if (act === 'unlock') await s.call('POST', `${LOCK}/lock/${s.name}`);

  const answer = await s.call('POST', `${LOCK}/${act}/%2F${s.name}`, { token });

  expect(answer.status).toBe(403);
  const { body } = await s.call('GET', `sys/namespaces/${s.name}`);
  expect(body.data.locked).toBe(act === 'unlock');
});
