/** Names and values in several spellings (contract §5.3): both the one that was sent and the one that is read are judged. */

import { beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { service } from '../support/service.ts';

const s = service();

const EVERYTHING = 'capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"]';

async function tokenFor(...rules: string[]): Promise<string> {
  await s.policy('spelled', rules.join('\n'));
  return (await s.token({ policies: ['spelled'] })).client_token;
}

const allow = (path: string) => `path "${path}" { ${EVERYTHING} }`;
const deny = (path: string) => `path "${path}" { capabilities = ["deny"] }`;

beforeEach(async () => {
  for (const path of ['prot/', 'auth/up/']) await placeMount(s.deps, path).catch(() => undefined);
  await placeNamespace(s.deps, ROOT, 'ns').catch(() => undefined);
  await s.call('POST', 'auth/up/users/boss', { body: { password: 'p' } });
  await s.call('POST', 'sys/policies/acl/admin', { body: { policy: 'path "a" {}' } });
});

describe('an exact deny', () => {
  const CASES: [rule: string, method: string, sent: string][] = [
    ['sys/mounts/prot', 'DELETE', 'sys/mounts/prot/'],
    ['sys/mounts/prot', 'DELETE', 'sys/mounts/%2Fprot'],
    ['sys/mounts/prot', 'GET', 'sys/mounts/prot/any/thing'],
    ['sys/mounts/prot/tune', 'POST', 'sys/mounts/prot/in/tune'],
    ['sys/auth/up', 'DELETE', 'sys/auth/up/'],
    ['sys/policies/acl/admin', 'POST', 'sys/policies/acl/ADMIN'],
    ['sys/policies/acl/admin', 'DELETE', 'sys/policies/acl/%20admin'],
    ['sys/policy', 'GET', 'sys/policy/'],
    ['auth/up/users/boss', 'GET', 'auth/up/users/BOSS'],
    ['auth/up/users/boss', 'DELETE', 'auth/up/users/Boss'],
    ['sys/locked-users/any/unlock/boss', 'POST', 'sys/locked-users/any/unlock/BOSS'],
    ['sys/namespaces/ns', 'DELETE', 'sys/namespaces/ns/'],
    ['sys/namespaces/api-lock/lock/ns', 'POST', 'sys/namespaces/api-lock/lock/%2Fns'],
  ];

  it.each(CASES)('of %s refuses %s %s', async (rule, method, sent) => {
    const body = method === 'POST' ? { body: { policy: 'path "b" {}' } } : {};
    const token = await tokenFor(allow('*'), deny(rule));
    expect((await s.call(method, sent, { token, ...body })).status).toBe(403);
    expect((await s.call('GET', 'sys/mounts/prot')).status).toBe(200);
  });

  it('of a pattern refuses other spellings, too', async () => {
    const token = await tokenFor(allow('sys/mounts/*'), deny('sys/mounts/+'));
    expect((await s.call('DELETE', 'sys/mounts/prot/', { token })).status).toBe(403);
  });
});

describe('a rule for the spelling that was sent', () => {
  it('is meant for it, so what clients send works as with Vault', async () => {
    const token = await tokenFor(allow('sys/mounts/cli/'), allow('auth/up/users/Clerk'));
    await placeMount(s.deps, 'cli/');

    const made = await s.call('POST', 'auth/up/users/Clerk', { token, body: { password: 'p' } });
    const disabled = await s.call('DELETE', 'sys/mounts/cli/', { token });

    expect([made.status, disabled.status]).toEqual([204, 204]);
    expect((await s.call('GET', 'auth/up/users/clerk')).status).toBe(200);
  });

  it('does not outweigh an exact rule for the name', async () => {
    const token = await tokenFor(allow('auth/up/users/Boss'), deny('auth/up/users/boss'));
    expect((await s.call('GET', 'auth/up/users/Boss', { token })).status).toBe(403);
  });

  it('is needed, as with Vault: a rule for the name alone is none', async () => {
    const token = await tokenFor(allow('auth/up/users/boss'));
    expect((await s.call('GET', 'auth/up/users/Boss', { token })).status).toBe(403);
    expect((await s.call('GET', 'auth/up/users/boss', { token })).status).toBe(200);
  });
});

describe('what the two rules demand besides', () => {
  it('both hold: sudo, and a wrapped answer', async () => {
    const withoutSudo = 'path "sys/auth/up" { capabilities = ["read"] }';
    const plain = await tokenFor(allow('sys/auth/*'), withoutSudo);
    expect((await s.call('GET', 'sys/auth/up/', { token: plain })).status).toBe(403);

    const wrapped = 'path "sys/mounts/prot" { capabilities = ["read"] min_wrapping_ttl = "1m" }';
    const token = await tokenFor(allow('sys/mounts/*'), wrapped);
    const headers = { 'x-vault-wrap-ttl': '60' };
    expect((await s.call('GET', 'sys/mounts/prot/', { token })).status).toBe(403);
    expect((await s.call('GET', 'sys/mounts/prot/', { token, headers })).status).toBe(200);
  });
});

describe('a denied value', () => {
  const REMOUNT = `path "sys/remount" { ${EVERYTHING} denied_parameters = { LIMITS } }`;
  const CASES: [limits: string, body: object][] = [
    ...['prot', '/prot', 'prot/', '/prot/'].flatMap((denied): [string, object][] =>
      ['prot', '/prot', 'prot/', '/prot/'].map((from) => [`from = ["${denied}"]`, { from, to: 'x' }]),
    ),
    ['from = ["*rot"]', { from: 'prot/', to: 'x' }],
    ['from = ["/pr*"]', { from: 'prot', to: 'x' }],
    ['to = ["x"]', { from: 'prot', to: '/x/' }],
    ['to = ["7"]', { from: 'prot', to: 7 }],
    ['dry_run = [false]', { from: 'prot', to: 'x', dry_run: 'false' }],
    ['dry_run = ["true"]', { from: 'prot', to: 'x', dry_run: 1 }],
  ];

  it.each(CASES)('%s denies %j', async (limits, body) => {
    const token = await tokenFor(REMOUNT.replace('LIMITS', limits));
    expect((await s.call('POST', 'sys/remount', { token, body })).status).toBe(403);
  });

  it('of another name denies nothing', async () => {
    const token = await tokenFor(REMOUNT.replace('LIMITS', 'from = ["rot", "prot/x"], to = ["x/y"]'));
    const body = { from: 'prot', to: 'x', dry_run: true };
    expect((await s.call('POST', 'sys/remount', { token, body })).status).toBe(200);
  });

  it('is no way around: a second slash before the path of a source is a part of it', async () => {
    await placeMount(s.deps, 'slashed/');
    for (const from of ['//slashed', 'ns//slashed']) {
      const { status, body } = await s.call('POST', 'sys/remount', { body: { from, to: 'y' } });
      expect([status, body.errors[0]]).toEqual([400, expect.stringContaining('no matching mount at')]);
      const moves = { moves: [{ from, to: 'y' }] };
      expect((await s.call('POST', 'sys/remount/bulk', { body: moves })).status).toBe(400);
    }
  });
});

describe('a denied value of any endpoint', () => {
  const KV2 = { type: 'kv', options: { version: '2' } };
  const CASES: [path: string, denied: string, body: object, bad: object[]][] = [
    [
      'auth/token/create',
      'policies = ["admin"]',
      { policies: ['x'] },
      [
        ...['admin', 'ADMIN', ' admin'].map((name) => ({ policies: [name] })),
        { policies: ['x', 'admin'] },
        { policies: 'Admin' },
      ],
    ],
    ['auth/token/create', 'ttl = ["1h"]', { ttl: '2h' }, [{ ttl: 3600 }, { ttl: '60m' }, { lease: '1h' }]],
    ['auth/token/create', 'period = [""]', { ttl: '1h' }, [{ period: '0s' }, { period: 0 }]],
    [
      'auth/token/create',
      'renewable = ["false"]',
      { renewable: true },
      [{ renewable: 0 }, { renewable: 'F' }],
    ],
    ['auth/token/create', 'meta = [{ a = "b" }]', { meta: { a: 'c' } }, [{ meta: ['x=y', 'a=b'] }]],
    ['auth/token/create', 'display_name = ["a-b"]', { display_name: 'ab' }, [{ display_name: 'a b' }]],
    ['auth/token/create-orphan', 'policies = ["adm*"]', { policies: ['x'] }, [{ policies: ['x', 'ADMIN'] }]],
    [
      'auth/token/roles/r',
      'allowed_policies = ["admin"]',
      { allowed_policies: 'x' },
      [{ allowed_policies: 'x, ADMIN' }],
    ],
    [
      'auth/token/roles/r',
      'token_period = [60]',
      { token_period: '2m' },
      [{ token_period: '1m' }, { period: 60 }],
    ],
    [
      'auth/up/users/u',
      'token_policies = ["admin"]',
      { password: 'p', token_policies: 'x' },
      [{ token_policies: 'ADMIN' }, { policies: ['x', 'admin'] }].map((field) => ({
        password: 'p',
        ...field,
      })),
    ],
    [
      'auth/up/users/boss/policies',
      'policies = ["root"]',
      { token_policies: 'x' },
      [{ policies: 'ROOT' }, { token_policies: 'x,Root' }],
    ],
    ['auth/up/users/boss', 'policies = []', { password: 'p' }, [{ policies: 'x' }, { token_policies: 'x' }]],
    [
      'auth/ar/role/n',
      'token_policies = ["admin"], bound_cidr_list = ["10.0.0.0/8"], token_type = ["batch"], role_id = ["the-role-id-of-n"]',
      { token_policies: ['x'] },
      [
        { token_policies: 'Admin' },
        { policies: 'admin' },
        { secret_id_bound_cidrs: ['1.2.3.4/32', '10.1.0.0/8'] },
        { token_type: 'default-batch' },
        { role_id: ' the-role-id-of-n' },
      ],
    ],
    [
      'auth/ar/role/n/secret-id',
      'metadata = ["a=b"]',
      { metadata: '{"a":"c"}' },
      [{ metadata: '{"x":"y","a":"b"}' }, { metadata: Buffer.from('{"a":"b"}').toString('base64') }],
    ],
    [
      'ssh/creds/r',
      'ip = ["1.2.3.4"]',
      { ip: '1.2.3.5' },
      [{ ip: '::ffff:1.2.3.4' }, { ip: '::FFFF:102:304' }],
    ],
    [
      'ssh/roles/other',
      'cidr_list = ["0.0.0.0/0"], key_type = ["dynamic"]',
      { key_type: 'OTP', default_user: 'u', cidr_list: '10.0.0.0/8' },
      [{ cidr_list: '10.0.0.0/8, 1.2.3.4/0' }, { cidr_list: '10.0.0.0/8', key_type: 'Dynamic' }],
    ],
    [
      'sys/mounts/m',
      'type = ["ssh"], plugin_name = ["ssh"]',
      { type: 'kv' },
      [
        { type: 'plugin', config: { plugin_name: 'ssh' } },
        { type: 'plugin', plugin_name: 'ssh' },
      ],
    ],
    ['sys/mounts/m', 'type = ["kv-v2"]', { type: 'kv-v1' }, [KV2, { type: 'plugin', plugin_name: 'kv-v2' }]],
    [
      'sys/mounts/m',
      'type = ["kv"]',
      { type: 'ssh' },
      [{ type: 'kv-v1' }, { type: 'kv-v2' }, { type: 'generic' }],
    ],
    ['sys/mounts/m', 'options = [{ version = "2" }]', { type: 'kv' }, [{ type: 'kv-v2' }, KV2]],
    [
      'sys/mounts/m',
      'config = [{ max_lease_ttl = "1h" }]',
      { type: 'kv', config: { max_lease_ttl: '2h' } },
      [{ type: 'kv', config: { max_lease_ttl: 3600, force_no_cache: true } }],
    ],
    [
      'sys/mounts/prot/tune',
      'max_lease_ttl = ["system"]',
      { max_lease_ttl: '1h' },
      [{ max_lease_ttl: '0s' }],
    ],
    [
      'sys/policy/made',
      'policy = ["*secret*"]',
      { policy: 'path "a" {}' },
      [{ rules: 'path "secret/*" {}' }, { policy: Buffer.from('path "secret/a" {}  ').toString('base64') }],
    ],
    [
      'sys/remount/bulk',
      'moves = [{ from = "prot" }], tolerated_failures = ["10%"]',
      { moves: [{ from: 'auth/up', to: 'auth/x' }], dry_run: true },
      [
        {
          moves: [
            { from: 'auth/up', to: 'auth/x' },
            { from: '/prot/', to: 'y' },
          ],
        },
        { csv: 'to,from\nx,prot/' },
        { rules: [{ from: '/prot', to: 'y' }] },
        { moves: [], tolerated_failures: ' 10% ' },
      ],
    ],
  ];

  beforeEach(async () => {
    await placeMount(s.deps, 'ssh/', { type: 'ssh' }).catch(() => undefined);
    await placeMount(s.deps, 'auth/ar/', { type: 'approle' }).catch(() => undefined);
    const role = { key_type: 'otp', default_user: 'u', cidr_list: '0.0.0.0/0' };
    await s.call('POST', 'ssh/roles/r', { body: role });
    await s.call('POST', 'auth/ar/role/n', { body: {} });
    await s.call('DELETE', 'sys/mounts/m');
  });

  it.each(CASES)('%s denies %s however it is written', async (path, denied, good, bad) => {
    const token = await tokenFor(`path "${path}" { ${EVERYTHING} denied_parameters = { ${denied} } }`);
    for (const body of bad)
      expect([body, (await s.call('POST', path, { token, body })).status]).toEqual([body, 403]);
    expect((await s.call('POST', path, { token, body: good })).status).toBeLessThan(300);
  });
});

describe('an allowed value', () => {
  const CASES: [path: string, allowed: string, good: object, bad: object][] = [
    [
      'auth/up/users/u',
      'token_policies = ["dev*"]',
      { token_policies: 'dev1,dev2' },
      { token_policies: 'dev,admin' },
    ],
    [
      'auth/up/users/u',
      'token_policies = ["dev"], "*" = []',
      { token_policies: 'dev' },
      { policies: 'admin' },
    ],
  ];

  it.each(CASES)('of %s, by %s, allows nothing besides', async (path, allowed, good, bad) => {
    const token = await tokenFor(
      `path "${path}" { ${EVERYTHING} allowed_parameters = { ${allowed}, password = [] } }`,
    );
    const status = async (body: object) =>
      (await s.call('POST', path, { token, body: { password: 'p', ...body } })).status;
    expect([await status(good), await status(bad)]).toEqual([204, 403]);
  });
});

it('an allowed value has to be sent as it is allowed', async () => {
  const limits = 'allowed_parameters = { from = ["prot/"], "*" = [] }';
  const token = await tokenFor(`path "sys/remount" { ${EVERYTHING} ${limits} }`);
  const asked = (from: string) =>
    s.call('POST', 'sys/remount', { token, body: { from, to: 'x', dry_run: true } });
  expect([(await asked('prot/')).status, (await asked('prot')).status]).toEqual([200, 403]);
});
