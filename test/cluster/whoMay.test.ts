import { beforeEach, describe, expect, it } from 'vitest';
import { authorizeDelegate } from '../../functions/credentials/delegated.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import type { CallOptions } from '../support/call.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED } from './support/answers.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;

const MOVER = 'path "sys/remount" { capabilities = ["update", "sudo"] }';

beforeEach(() => {
  cluster = tableCluster({
    namespaces: {
      '': { mounts: { 'kv/': 'kv', 'other/': 'kv' }, policies: { mover: MOVER } },
      'ns1/': {
        mounts: { 'kv/': 'kv' },
        policies: { mover: MOVER, deny: 'path "sys/remount" { capabilities = ["deny"] }' },
      },
      'ns2/': { policies: { mover: MOVER } },
      'ns1/deep/': { id: 'deep' },
      'shut/': { isLocked: true },
    },
    tokens: { t: { policies: { '': ['mover'] } } },
  });
});

/** Gives the token `t` a policy. */
function policy(text: string): void {
  Object.assign(cluster.tables.namespaces[''] as object, { policies: { mover: text } });
}

const start = (body: object = {}, options: CallOptions = {}, path = 'sys/remount') =>
  f.calls(cluster, 't')('POST', path, {
    ...options,
    body: { from: 'kv', to: 'moved', dry_run: true, ...body },
  });

const ALLOWED = { status: 200 };

describe('a token may move a mount', () => {
  it('with update and sudo on sys/remount, whatever its kind', async () => {
    for (const type of ['service', 'batch'] as const) {
      cluster.tables.tokens.t = { type, accessor: '', policies: { '': ['mover'] } };
      expect(await start()).toMatchObject(ALLOWED);
    }
  });

  it('by policies of its own namespace, in that namespace and below', async () => {
    cluster.tables.tokens.t = { namespace: 'ns1/', policies: { 'ns1/': ['mover'] } };

    expect(await start({}, { namespace: 'ns1' })).toMatchObject(ALLOWED);
    expect(await start({}, { namespace: 'ns1/deep' })).toMatchObject(NOT_AUTHORIZED);
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
    expect(await start({}, {}, 'ns2/sys/remount')).toMatchObject(NOT_AUTHORIZED);
  });

  it('of a parent namespace, if its policies name the path there', async () => {
    expect(await start({}, { namespace: 'ns1' })).toMatchObject(NOT_AUTHORIZED);
    policy('path "ns1/sys/remount" { capabilities = ["update", "sudo"] }');
    expect(await start({}, { namespace: 'ns1' })).toMatchObject(ALLOWED);
    expect(await start({}, {}, 'ns1/sys/remount')).toMatchObject(ALLOWED);
    expect(await start({}, { namespace: 'ns2' })).toMatchObject(NOT_AUTHORIZED);
  });

  it('by policies that its identity has in another namespace, unless one of them denies', async () => {
    cluster.tables.tokens.t = { policies: { '': [], 'ns1/': ['mover'] } };
    expect(await start({}, { namespace: 'ns1' })).toMatchObject(ALLOWED);
    expect(await start()).toMatchObject(NOT_AUTHORIZED);

    cluster.tables.tokens.t = { policies: { '': ['mover'], 'ns1/': ['mover', 'deny'] } };
    expect(await start({}, { namespace: 'ns1' })).toMatchObject(NOT_AUTHORIZED);
    expect(await start()).toMatchObject(ALLOWED);
  });

  it('never by a policy that is called root in another namespace', async () => {
    cluster.tables.tokens.t = { policies: { '': [], 'ns1/': ['root'] }, capabilities: ['root'] };
    expect(await start({}, { namespace: 'ns1' })).toMatchObject(NOT_AUTHORIZED);
  });
});

describe('a token may not move a mount', () => {
  it('if it is unknown, has ended, or there is none', async () => {
    expect(await start({}, { token: 'unknown' })).toMatchObject(NOT_AUTHENTICATED);
    const none = f.calls(cluster, '');
    expect(await none('POST', 'sys/remount', { body: { from: 'kv', to: 'x' } })).toMatchObject(
      NOT_AUTHENTICATED,
    );
    cluster.tables.tokens.t = { policies: { '': ['mover'] }, expiresAt: f.records.clock.now() - 1 };
    expect(await start()).toMatchObject(NOT_AUTHENTICATED);
  });

  it.each([
    ['nothing', ['deny']],
    ['no sudo', ['update']],
    ['no update', ['read', 'sudo']],
  ])('if the cluster allows %s, whatever our code says', async (_, capabilities) => {
    cluster.tables.tokens.t = { policies: { '': ['mover'] }, capabilities };
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
    cluster.tables.tokens.t = { policies: { '': ['root'] }, capabilities };
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
  });

  it('if the cluster forbids a path as it is read, though it allows the path that was sent', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    policy('path "sys/remount/*" { capabilities = ["read"] }');
    const shown = await f.calls(cluster, 't')('GET', `sys/remount/bulk/${id}/`);
    const denying: TableCluster = {
      ...cluster,
      capabilities: async (_, { path }) => [path === `sys/remount/bulk/${id}` ? 'deny' : 'read'],
    };
    const denied = await f.calls(denying, 't')('GET', `sys/remount/bulk/${id}/`);

    expect([shown.status, denied.status]).toEqual([404, 403]);
  });

  it('where only the handler demands sudo, if the cluster does not give it', async () => {
    const bulk = 'path "sys/remount/*" { capabilities = ["update", "delete", "sudo"] }';
    policy(bulk);
    const moves = [{ from: 'kv', to: 'moved' }];
    const schedule = { schedule: 'rate(1 day)', moves, policies: ['mover'] };
    const requests: [string, string, object, number][] = [
      ['POST', 'sys/remount/bulk', { moves, dry_run: true }, 200],
      ['POST', 'sys/remount/schedules/nightly', schedule, 200],
      ['DELETE', 'sys/remount/schedules/nightly', {}, 204],
    ];
    for (const [method, path, body, status] of requests) {
      cluster.tables.tokens.t = { policies: { '': ['mover'] } };
      const answer = await f.calls(cluster, 't')(method, path, { body });
      expect(answer.status, `${path} ${answer.text}`).toBe(status);
      cluster.tables.tokens.t.capabilities = ['update', 'delete'];
      expect(await f.calls(cluster, 't')(method, path, { body }), path).toMatchObject(NOT_AUTHORIZED);
    }
  });

  it('if our code does not allow it, whatever the cluster says', async () => {
    cluster.tables.tokens.t = { policies: { '': ['absent'] }, capabilities: ['root'] };
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
  });

  it('if it ends while it is judged', async () => {
    const { lookup } = cluster;
    cluster.lookup = async (token) => {
      const found = await lookup(token);
      cluster.tables.tokens = {};
      return found;
    };
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
  });

  it('with other fields than its policies allow, on any way', async () => {
    const only = 'allowed_parameters = { "from" = ["kv"], "to" = ["moved"], "dry_run" = [] }';
    policy(`path "sys/remount" { capabilities = ["update", "sudo"] ${only} }`);
    const refused: [object, string?, CallOptions?][] = [
      [{ from: 'other' }],
      [{ from: '/kv' }],
      [{ from: 'kv/' }],
      [{ to: 'elsewhere' }],
      [{ FROM: 'other' }],
      [{ reason: 'because' }],
      [{ idempotency_key: 'x' }],
      [{ moves: [{ from: 'other', to: 'moved' }] }, 'sys/remount/bulk'],
      [{ from: 'other' }, 'sys/remount', { headers: { 'x-vault-namespace': 'root' } }],
      [{ from: 'ns1/kv' }],
      [{}, 'ns1/sys/remount'],
      [{}, `sys/remount/undo/${f.records.ids.uuid()}`],
    ];

    expect(await start()).toMatchObject(ALLOWED);
    for (const [body, path, options] of refused)
      expect(await start(body, options, path), JSON.stringify(body)).toMatchObject(NOT_AUTHORIZED);
    const twice = '{"from":"kv","to":"moved","from":"other"}';
    expect(await f.calls(cluster, 't')('POST', 'sys/remount', { body: twice })).toMatchObject(NOT_AUTHORIZED);
    const list = { query: { from: ['kv'] } };
    expect(await start({ from: ['other'] }, list)).toMatchObject(NOT_AUTHORIZED);
  });

  it('if its policies demand a wrapped answer, which there is none of', async () => {
    policy('path "sys/remount" { capabilities = ["update", "sudo"] min_wrapping_ttl = "1s" }');
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
    expect(await start({}, { headers: { 'x-vault-wrap-ttl': '60' } })).toMatchObject({ status: 400 });
  });

  it('from another address than it is bound to, whatever its headers say', async () => {
    cluster.tables.tokens.t = { policies: { '': ['mover'] }, boundCidrs: ['10.0.0.0/8', '::1/128'] };
    const headers = { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3', 'x-real-ip': '10.1.2.3' };

    expect(await start({}, { sourceIp: '10.1.2.3' })).toMatchObject(ALLOWED);
    for (const sourceIp of ['192.168.0.1', '10.1.2.3.evil', ''])
      expect(await start({}, { sourceIp, headers })).toMatchObject(NOT_AUTHENTICATED);
    cluster.tables.tokens.t.boundCidrs = ['no address'];
    expect(await start({}, { sourceIp: '10.1.2.3' })).toMatchObject(NOT_AUTHENTICATED);
  });
});

describe('what only the cluster can judge is refused, with the reason', () => {
  const group = 'control_group = { factor "ops" { identity { group_names = ["ops"] approvals = 1 } } }';
  const CASES: [string, string, string][] = [
    [
      'a control group',
      `path "sys/remount" { capabilities = ["update", "sudo"] ${group} }`,
      '"sys/remount" has control_group',
    ],
    [
      'MFA',
      `${MOVER} path "sys/*" { capabilities = ["update", "sudo"] mfa_methods = ["ops"] }`,
      '"sys/*" has mfa_methods',
    ],
    [
      'a template',
      `${MOVER} path "sys/{{identity.entity.name}}" { capabilities = ["deny"] }`,
      'has a template',
    ],
    [
      'a template at the beginning',
      `${MOVER} path "{{identity.entity.name}}/x" { capabilities = ["read"] }`,
      'has a template',
    ],
    [
      'a template after a plus',
      `${MOVER} path "+/{{identity.entity.name}}" { capabilities = ["deny"] }`,
      'has a template',
    ],
    [
      'a policy that is not understood',
      `${MOVER} path "x" { capabilities = ["fly"] }`,
      'policy "mover" is not understood',
    ],
    ['a policy that is no HCL', 'path "sys/remount" {', 'policy "mover" is not understood'],
    ['a policy that is too long', `${MOVER}\n#${'x'.repeat(100_000)}`, 'policy "mover" is not understood'],
  ];

  it.each(CASES)('%s', async (_, text, why) => {
    policy(text);
    const { status, body } = await start();

    expect(status).toBe(403);
    expect(body.errors[0]).toContain(why);
    expect(body.errors[0]).toContain('which only the cluster can judge');
  });

  it.each(CASES)('%s, for a schedule or an event, too', async (_, text, why) => {
    policy(text);
    const deps = f.depsOf(cluster);
    const request = { namespace: ROOT, path: 'sys/remount', parameters: {}, fields: {} };

    await expect(authorizeDelegate(deps, ROOT, ['mover'], request)).rejects.toThrow(why);
  });

  it('but not where its rules cannot match', async () => {
    policy(`${MOVER} path "kv/{{identity.entity.name}}/*" { capabilities = ["read"] }
      path "sys/mounts" { capabilities = ["read"] ${group} }
      path "sys/remount/*" { capabilities = ["read"] mfa_methods = ["ops"] }
      path "sys/+/{{identity.entity.name}}" { capabilities = ["read"] }`);
    expect(await start()).toMatchObject(ALLOWED);
  });

  it('nor what newer versions of Vault have in rules beside what is known here', async () => {
    policy(
      `${MOVER} path "sys/*" { capabilities = ["read", "subscribe", "recover"] subscribe_event_types = ["*"] }`,
    );
    expect(await start()).toMatchObject(ALLOWED);
    policy('path "sys/remount" { capabilities = ["subscribe", "recover"] }');
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
  });

  it('and a rule that has expired counts no more', async () => {
    policy(`${MOVER} path "sys/*" { capabilities = ["read"] expiration = "2020-01-01T00:00:00Z" ${group} }`);
    expect(await start()).toMatchObject(ALLOWED);
    policy('path "sys/remount" { capabilities = ["update", "sudo"] expiration = "2020-01-01T00:00:00Z" }');
    expect(await start()).toMatchObject(NOT_AUTHORIZED);
  });
});

describe('a request learns nothing', () => {
  const foreign = { policies: { '': ['mover'], 'ns1/': ['mover'] } };

  it('of policies above its namespace', async () => {
    Object.assign(cluster.tables.namespaces['']?.policies ?? {}, {
      secretive: 'path "ns1/kv/*" { capabilities = ["read"] }',
    });
    Object.assign(cluster.tables.namespaces['ns1/']?.policies ?? {}, {
      team: 'path "kv/*" { capabilities = ["read"] }',
    });
    cluster.tables.tokens.t = foreign;

    const { body, text } = await start({}, { namespace: 'ns1' });
    expect(body.data).toMatchObject({ policies: [], hidden_policy_rules: { 'ns1/': 1 } });
    expect(text).not.toMatch(/secretive|team/);
    const above = await start({ from: 'ns1/kv', to: 'ns2/kv' });
    expect(above.body.data).toMatchObject({ policies: [], hidden_policy_rules: { '': 1, 'ns1/': 1 } });
  });

  it('of namespaces, before its token is known', async () => {
    for (const namespace of ['', 'ns1', 'unknown', 'shut'])
      for (const token of ['unknown', ''])
        expect(await start({}, { namespace, token })).toMatchObject(NOT_AUTHENTICATED);
    expect(new Set(cluster.asked)).toEqual(new Set(['lookup ']));
  });

  it('of mounts outside its namespace', async () => {
    cluster.tables.tokens.t = foreign;
    for (const from of ['../kv', '/../kv', 'other', '../ns2/kv'])
      expect(await start({ from }, { namespace: 'ns1' })).toMatchObject({ status: 400 });
  });
});

describe('the token of a request', () => {
  it('is in no log, no record and no answer', async () => {
    const token = 'hvs.very-secret';
    cluster.tables.tokens[token] = { policies: { '': ['mover'] } };
    const calls = f.calls(cluster, token);
    const { status, text } = await calls('POST', 'sys/remount', { body: { from: 'other', to: 'other2' } });
    expect(status).toBe(200);
    cluster.isDown = true;
    const silent = await calls('POST', 'sys/remount', { body: { from: 'kv', to: 'x' } });

    const items = await f.records.store.query({
      table: 'migrations',
      pk: JSON.parse(text).data.migration_id,
    });
    expect(items).toHaveLength(1);
    const seen = [...f.records.logged, text, silent.text, JSON.stringify(items)].join('\n');
    expect(seen).toContain('"status":200');
    expect(seen).not.toContain('very-secret');
  });
});

describe('a cluster', () => {
  it('that does not answer is waited for by the client', async () => {
    cluster.isDown = true;
    const { status, headers, body } = await start();

    expect({ status, body }).toEqual({
      status: 503,
      body: { errors: ['the cluster does not answer, try again'] },
    });
    expect(headers['Retry-After']).toBe('1');
  });

  it('that refuses the service is told with the line that its policy lacks', async () => {
    const line = 'the policy of the service lacks: path "sys/mounts" { capabilities = ["read"] }';
    cluster.mounts = async () => {
      throw new ClusterForbids(`${line} (GET sys/mounts in namespace elsewhere/: permission denied)`);
    };

    expect(await start()).toMatchObject({ status: 502, body: { errors: [line] } });
    expect(f.records.logged.join('')).toContain('in namespace elsewhere/');
  });
});
