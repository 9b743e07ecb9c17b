/** Who may move the mounts of a cluster, and what a request sees, in front of a real OpenBao. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import type { Cluster } from '../../functions/ports/cluster.ts';
import type { Answer, CallOptions } from '../support/call.ts';
import { throughFile } from '../support/throughFile.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED } from './support/answers.ts';
import { front } from './support/front.ts';
import { startInMemory } from './support/openbao.ts';

const POLICY = join(import.meta.dirname, '..', '..', 'infra', 'cluster', 'policy.hcl');
const MOVER = 'path "sys/remount" { capabilities = ["update", "sudo"] }';
const ALLOWED = { status: 200 };

const f = front();
const bao = throughFile(startInMemory);
let cluster: Cluster;
let serviceToken = '';

beforeAll(async () => {
  const { root } = bao;
  for (const name of ['ns1', 'ns2']) await root.must('POST', `sys/namespaces/${name}`);
  await root.must('POST', 'sys/namespaces/deep', {}, 'ns1');
  for (const namespace of ['', 'ns1', 'ns2', 'ns1/deep']) {
    await root.must('POST', 'sys/mounts/kv', { type: 'kv' }, namespace);
    await root.must('POST', 'sys/policies/acl/mover', { policy: MOVER }, namespace);
  }
  await root.must('POST', 'sys/auth/userpass', { type: 'userpass' });
  await root.must('POST', 'sys/policies/acl/remount', { policy: await readFile(POLICY, 'utf8') });
  const batch = { policies: ['remount'], type: 'batch', no_default_policy: true, ttl: '20m' };
  serviceToken = (await root.must('POST', 'auth/token/create-orphan', batch)).body.auth.client_token;
  cluster = vaultCluster({ ...settings(), credentials: { token: serviceToken } });
});

function settings() {
  return { address: bao.root.address, namespace: '', clock: f.records.clock };
}

async function token(settings: object, namespace = ''): Promise<string> {
  const { body } = await bao.root.must('POST', 'auth/token/create', settings, namespace);
  return body.auth.client_token;
}

/** A token with one policy of its own. */
async function tokenWith(policy: string, settings: object = {}, namespace = ''): Promise<string> {
  const name = `p${f.records.ids.hex(8)}`;
  await bao.root.must('POST', `sys/policies/acl/${name}`, { policy }, namespace);
  return token({ policies: [name], ...settings }, namespace);
}

/** A dry run of a move: every check of it, and nothing else. */
function start(by: string, namespace = '', body: object = {}, options: CallOptions = {}): Promise<Answer> {
  const asked = { from: 'kv', to: 'moved', dry_run: true, ...body };
  return f.calls(cluster, by)('POST', 'sys/remount', { namespace, ...options, body: asked });
}

describe('the policy in infra/cluster', () => {
  it('is enough for every question of a request, three levels deep', async () => {
    for (const namespace of ['', 'ns1', 'ns1/deep']) {
      const { status, body } = await start(bao.rootToken, namespace);
      expect(status, JSON.stringify(body)).toBe(200);
    }
    const { body } = await start(bao.rootToken, '', { from: 'ns1/deep/kv', to: 'ns2/moved' });
    expect(body.data).toMatchObject({ source_namespace: 'ns1/deep/', target_namespace: 'ns2/', type: 'kv' });
  });

  it.each([
    ['path "auth/token/lookup"', '', ''],
    ['path "+/auth/token/lookup"', 'ns1', 'ns1'],
    ['path "sys/capabilities"', '', ''],
    ['path "+/sys/mounts"', '', 'ns1'],
    ['path "+/sys/policies/acl/"', '', 'ns1'],
    ['path "+/sys/policies/acl/*"', 'ns1', 'ns1'],
  ])('is told which line it lacks: %s', async (line, home, namespace) => {
    const lines = (await readFile(POLICY, 'utf8')).split('\n');
    const policy = lines.filter((one) => !one.startsWith(line)).join('\n');
    const service = await tokenWith(policy, { type: 'batch', ttl: '5m', no_default_policy: true });
    const poor = vaultCluster({ ...settings(), credentials: { token: service } });
    const caller = home ? await token({ policies: ['mover'] }, home) : bao.rootToken;
    const body = { from: 'kv', to: 'moved', dry_run: true };
    const answer = await f.calls(poor, caller)('POST', 'sys/remount', { body, namespace });

    expect(answer.status).toBe(502);
    expect(answer.body.errors[0]).toContain(`the policy of the service lacks: ${line} {`);
  });

  it('does not let the service itself be used to move a mount without it', async () => {
    expect(await start('hvb.no-token')).toMatchObject(NOT_AUTHENTICATED);
    expect(await start(`${serviceToken}x`)).toMatchObject(NOT_AUTHENTICATED);
  });
});

describe('a token of a real cluster', () => {
  it.each([
    ['service', {}],
    ['batch', { type: 'batch', ttl: '5m' }],
    ['service without the policy default', { no_default_policy: true }],
  ])('of the kind %s may move a mount', async (_, settings) => {
    expect(await start(await token({ policies: ['mover'], ...settings }))).toMatchObject(ALLOWED);
    expect(await start(await token({ policies: ['default'], ...settings }))).toMatchObject(NOT_AUTHORIZED);
  });

  it('may do so in its own namespace and not beside or above it', async () => {
    const own = await token({ policies: ['mover'] }, 'ns1');

    expect(await start(own, 'ns1')).toMatchObject(ALLOWED);
    for (const namespace of ['', 'ns2', 'ns1/deep'])
      expect(await start(own, namespace)).toMatchObject(NOT_AUTHORIZED);
  });

  it('of a parent namespace may do so where its policies say it', async () => {
    const parent = await tokenWith('path "ns1/+/sys/remount" { capabilities = ["update", "sudo"] }');

    expect(await start(parent, 'ns1/deep')).toMatchObject(ALLOWED);
    for (const namespace of ['', 'ns1', 'ns2'])
      expect(await start(parent, namespace)).toMatchObject(NOT_AUTHORIZED);
  });

  it('spends no use', async () => {
    const limited = await token({ policies: ['mover'], num_uses: 2 });
    for (let i = 0; i < 4; i++) expect(await start(limited)).toMatchObject(ALLOWED);

    const { body } = await bao.root.must('POST', 'auth/token/lookup', { token: limited });
    expect(body.data.num_uses).toBe(2);
  });

  it('that is revoked may do nothing from then on', async () => {
    const revoked = await token({ policies: ['mover'] });
    expect(await start(revoked)).toMatchObject(ALLOWED);
    await bao.root.must('POST', 'auth/token/revoke', { token: revoked });

    expect(await start(revoked)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('that is revoked between the two verdicts may not move a mount', async () => {
    const revoked = await token({ policies: ['mover'] });
    const lookup: Cluster['lookup'] = async (asked) => {
      const found = await cluster.lookup(asked);
      await bao.root.must('POST', 'auth/token/revoke', { token: asked });
      return found;
    };
    const between = f.calls({ ...cluster, lookup }, revoked);
    const answer = await between('POST', 'sys/remount', { body: { from: 'kv', to: 'moved' } });

    expect(answer).toMatchObject(NOT_AUTHORIZED);
  });

  it('is held to the values that its policies allow, which the cluster alone would pass over', async () => {
    const only = 'allowed_parameters = { "from" = ["kv"], "to" = ["moved"], "dry_run" = [] }';
    const bound = await tokenWith(`path "sys/remount" { capabilities = ["update", "sudo"] ${only} }`);
    const asked = { token: bound, path: 'sys/remount' };
    const { body } = await bao.root.must('POST', 'sys/capabilities', asked);

    expect(body.data.capabilities).toEqual(['sudo', 'update']);
    expect(await start(bound)).toMatchObject(ALLOWED);
    for (const other of [{ from: 'secret' }, { to: 'elsewhere' }, { reason: 'x' }])
      expect(await start(bound, '', other)).toMatchObject(NOT_AUTHORIZED);
  });

  it('is held to the addresses that it is bound to', async () => {
    const role = { token_bound_cidrs: ['127.0.0.0/8', '10.1.0.0/16'], allowed_policies: ['mover'] };
    await bao.root.must('POST', 'auth/token/roles/bound', role);
    const { auth } = (await bao.root.must('POST', 'auth/token/create/bound', { policies: ['mover'] })).body;
    const bound = auth.client_token;
    const headers = { 'x-forwarded-for': '10.1.2.3' };

    expect(await start(bound, '', {}, { sourceIp: '10.1.2.3' })).toMatchObject(ALLOWED);
    expect(await start(bound, '', {}, { sourceIp: '10.2.0.1', headers })).toMatchObject(NOT_AUTHENTICATED);
    const page = { rawPath: '/v1/auth/token/lookup-self', headers: { 'x-vault-token': bound } };
    expect(await f.send(cluster, { ...page, sourceIp: '127.0.0.1' })).toMatchObject({ status: 200 });
    // The cluster sees the address of the service, which is one of those that the token is bound to.
    expect(await f.send(cluster, { ...page, sourceIp: '10.2.0.1' })).toMatchObject({ status: 403 });
  });

  it('gets one verdict on a path with a comma in it', async () => {
    const narrow = await tokenWith('path "sys/remount/status/a" { capabilities = ["read"] }');
    const read = (by: string, id: string) => f.calls(cluster, by)('GET', `sys/remount/status/${id}`);

    expect(await read(narrow, 'a')).toMatchObject({ status: 404 });
    for (const id of ['a,b', 'a,sys/remount/status/a', 'b,a'])
      expect(await read(narrow, id), id).toMatchObject(NOT_AUTHORIZED);
    expect(await read(bao.rootToken, 'a,b')).toMatchObject({ status: 404 });
  });

  it('that wraps an answer may not move a mount', async () => {
    const wrap = { method: 'POST', headers: { 'X-Vault-Token': bao.rootToken, 'X-Vault-Wrap-TTL': '60' } };
    const wrapped = await fetch(`${bao.root.address}/v1/sys/wrapping/wrap`, { ...wrap, body: '{"a":"b"}' });
    const { wrap_info } = (await wrapped.json()) as { wrap_info: { token: string } };

    expect(await start(wrap_info.token)).toMatchObject(NOT_AUTHORIZED);
    expect(await bao.root.as(wrap_info.token).request('POST', 'sys/wrapping/unwrap')).toMatchObject(ALLOWED);
  });
});

describe('an identity of a real cluster', () => {
  /** Logs in as a new user, whose entity has these settings. */
  async function login(settings: object): Promise<{ token: string; entityId: string }> {
    const { root } = bao;
    const name = `u${f.records.ids.hex(6)}`;
    await root.must('POST', `auth/userpass/users/${name}`, { password: 'pw' });
    const entity = await root.must('POST', 'identity/entity', { name, ...settings });
    const { data } = (await root.must('GET', 'sys/auth')).body;
    const alias = { name, canonical_id: entity.body.data.id, mount_accessor: data['userpass/'].accessor };
    await root.must('POST', 'identity/entity-alias', alias);
    const { body } = await root.must('POST', `auth/userpass/login/${name}`, { password: 'pw' });
    return { token: body.auth.client_token, entityId: entity.body.data.id };
  }

  it('gives its policies to the token', async () => {
    expect(await start((await login({ policies: ['mover'] })).token)).toMatchObject(ALLOWED);
    expect(await start((await login({})).token)).toMatchObject(NOT_AUTHORIZED);
  });

  it('gives those of its groups', async () => {
    const { token: member, entityId } = await login({});
    expect(await start(member)).toMatchObject(NOT_AUTHORIZED);
    const group = { name: 'movers', policies: ['mover'], member_entity_ids: [entityId] };
    await bao.root.must('POST', 'identity/group', group);

    expect(await start(member)).toMatchObject(ALLOWED);
    await bao.root.must('DELETE', 'identity/group/name/movers');
    expect(await start(member)).toMatchObject(NOT_AUTHORIZED);
  });

  it('that is disabled may do nothing, though the cluster still tells of its token', async () => {
    const { token: disabled, entityId } = await login({ policies: ['mover'] });
    expect(await start(disabled)).toMatchObject(ALLOWED);
    await bao.root.must('POST', `identity/entity/id/${entityId}`, { disabled: true });

    expect(await start(disabled)).toMatchObject(NOT_AUTHORIZED);
  });

  it('that a template of a matching rule names cannot be judged', async () => {
    const template = 'path "sys/{{identity.entity.name}}" { capabilities = ["deny"] }';
    await bao.root.must('POST', 'sys/policies/acl/templated', { policy: `${MOVER} ${template}` });
    const { status, body } = await start((await login({ policies: ['templated'] })).token);

    expect(status).toBe(403);
    expect(body.errors[0]).toContain('the rule for "sys/{{identity.entity.name}}" has a template');
  });

  it('has the policy default, whose templates match nothing of a migration', async () => {
    const { token: user } = await login({ policies: ['mover'] });
    const { body } = await bao.root.must('GET', 'sys/policies/acl/default');

    expect(body.data.policy).toContain('{{identity.entity.id}}');
    expect(await start(user)).toMatchObject(ALLOWED);
  });
});

describe('a policy that the cluster accepts and this service does not', () => {
  it('refuses its token, and says which policy it is', async () => {
    const long = `${MOVER}\n# ${'x'.repeat(110_000)}`;
    const { status, body } = await start(await tokenWith(long));

    expect(status).toBe(403);
    expect(body.errors[0]).toMatch(
      /policy "p[0-9a-f]{8}" is not understood, which only the cluster can judge/,
    );
  });
});

describe('a locked namespace of a real cluster', () => {
  it('is told as locked, also as a target', async () => {
    const { root } = bao;
    await root.must('POST', 'sys/namespaces/shut');
    const { body } = await root.must('POST', 'sys/namespaces/api-lock/lock/shut');
    const locked = { status: 503, body: { errors: [expect.stringContaining('"shut/" must be unlocked')] } };
    try {
      expect(await start(bao.rootToken, 'shut')).toMatchObject(locked);
      expect(await start(bao.rootToken, '', { to: 'shut/kv' })).toMatchObject(locked);
      expect(await start(bao.rootToken, '', { to: 'ns1/moved' })).toMatchObject(ALLOWED);
    } finally {
      await root.must('POST', 'sys/namespaces/api-lock/unlock/shut', { unlock_key: body.data.unlock_key });
    }
    expect(await start(bao.rootToken, '', { to: 'shut/kv' })).toMatchObject(ALLOWED);
  });
});

describe('what is not about migrations', () => {
  it('is found where the client is sent to', async () => {
    await bao.root.must('POST', 'kv/a%20b', { colour: 'blue' });
    const headers = { 'x-vault-token': bao.rootToken };
    const answer = await f.send(cluster, { rawPath: '/v1/kv/a%20b', headers });

    expect(answer.status).toBe(307);
    const followed = await fetch(answer.headers.Location ?? '', { headers });
    expect(await followed.json()).toMatchObject({ data: { colour: 'blue' } });
  });

  it('is fetched for the page, with the rights of the caller', async () => {
    const read = async (by: string, path: string, namespace = '') => {
      const headers = { 'x-vault-token': by, 'x-vault-namespace': namespace };
      const { status, body } = await f.send(cluster, { rawPath: `/v1/${path}`, headers });
      return { status, body: JSON.parse(body) };
    };
    const poor = await token({ policies: ['default'] });

    const shown = await read(bao.rootToken, 'sys/internal/ui/mounts', 'ns1');
    expect(Object.keys(shown.body.data.secret)).toContain('kv/');
    expect((await read(poor, 'sys/internal/ui/mounts')).body.data.secret).not.toHaveProperty('kv/');
    expect(await read(poor, 'auth/token/lookup-self')).toMatchObject({
      status: 200,
      body: { data: { policies: ['default'] } },
    });
  });
});

describe('the logs of the service', () => {
  it('have no token in them', () => {
    const text = f.records.logged.join('\n');
    expect(text).toContain('"message":"request"');
    for (const secret of [serviceToken, bao.rootToken]) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\b(hvs|hvb|s|b)\.[A-Za-z0-9_-]{20,}/);
  });
});
