/** Every row of the route tables, on a service that has a mount of each kind and something of each kind in it. */

import { engines } from '../../functions/engines/catalog.ts';
import type { Route } from '../../functions/http/route.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

/** Each kind of engine in each variant, with the prefix of its mount. */
export const MOUNTS = Object.values(engines).flatMap(({ type, kind, variants = [{}] }) =>
  variants.map((options, i) => ({
    prefix: `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`,
    type,
    options,
  })),
);

export const ROWS: { route: Route; prefix: string }[] = [
  ...vaultApi.builtin.map((route) => ({ route, prefix: '' })),
  ...MOUNTS.flatMap(({ prefix, type, options }) =>
    (engines[type]?.routes(options) ?? []).map((route) => ({ route, prefix })),
  ),
];

/** The path of a row, with `x` for each of its parameters. */
export function pathOf(prefix: string, { path }: Pick<Route, 'path'>): string {
  return prefix + path.replace(/:\w+[*+]?/g, 'x');
}

/** Values with which requests succeed, by the names of fields. */
export const GOOD: Record<string, unknown> = {
  custom_metadata: { a: 'b' },
  data: { a: 1 },
  default_user: 'u',
  cidr_list: '10.0.0.0/8',
  from: 'idle',
  increment: 60,
  input: 'aGk=',
  ip: '10.1.2.3',
  key_type: 'otp',
  max_versions: 3,
  moves: [{ from: 'idle', to: 'gone' }],
  password: 'the-password-of-x',
  paths: ['a'],
  policies: ['default'],
  policy: 'path "a" {}',
  role_id: 'the-role-id-of-x',
  roles: ['x'],
  schedule: 'cron(0 3 * * ? *)',
  secret_id: 'the-secret-id-of-x',
  to: 'gone',
  type: 'kv',
  versions: [1],
};

/** What the rows of the route tables are about: something called `x` of each kind. */
const THINGS: [path: string, body: object][] = [
  ['sys/namespaces/api-lock/unlock', {}],
  ['sys/namespaces/x', {}],
  ['sys/mounts/x', { type: 'kv' }],
  ['sys/mounts/idle', { type: 'kv' }],
  ['sys/auth/x', { type: 'userpass' }],
  ['sys/policies/acl/x', { policy: 'path "a" {}' }],
  ['auth/token/roles/x', {}],
  ['kv0/x', { a: 1 }],
  ['kv1/data/x', { data: { a: 1 } }],
  ['ssh0/roles/x', { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' }],
  ['auth/userpass0/users/x', { password: GOOD.password }],
  ['auth/approle0/role/x', { role_id: GOOD.role_id }],
  ['auth/approle0/role/x/custom-secret-id', { secret_id: GOOD.secret_id }],
];

export interface Playground {
  deps: TestDeps;
  /** Sends requests as root. */
  call: Caller;
  /** Makes everything that the requests before may have removed; without it, only the token. */
  restore(all?: boolean): Promise<void>;
}

const ROOT_TOKEN = 'the-root-token-of-every-route';

export async function playground(): Promise<Playground> {
  const started = await testDeps();
  // What is read twice is read twice at once.
  const deps = { ...started, clock: { ...started.clock, sleep: async () => {} } };
  const call = caller(deps, vaultApi, ROOT_TOKEN);
  for (const { prefix, type, options } of MOUNTS) await placeMount(deps, prefix, { type, options });
  return {
    deps,
    call,
    async restore(all = false) {
      await rootToken(deps, ROOT_TOKEN);
      if (all) for (const [path, body] of THINGS) await call('POST', path, { body });
    },
  };
}
