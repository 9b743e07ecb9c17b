/** The OpenAPI document, checked against the answers of the system (contract §10). */

import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Described, describedByService } from './described.ts';
import { engine, kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { settled } from './moving.ts';

let api: Described;
let { all, perform } = {} as Described;
beforeAll(async () => {
  api = await describedByService();
  ({ all, perform } = api);
});

// Another server has a document of its own.
describe.skipIf(inject('target').isReference).sequential('the document describes', () => {
  it('mounts and their tuning', async () => {
    const path = { path: unique('kv') };
    await all([
      ['write', '/sys/mounts/{path}', path, { fields: { type: 'kv', options: { version: '2' } } }],
      [
        'write',
        '/sys/mounts/{path}/tune',
        path,
        { fields: { listing_visibility: 'unauth', max_lease_ttl: '2h' } },
      ],
      ['read', '/sys/mounts/{path}/tune', path],
      ['read', '/sys/mounts/{path}', path],
      ['read', '/sys/mounts'],
      ['read', '/sys/internal/ui/mounts'],
      ['read', '/sys/internal/ui/mounts/{path}', path],
      ['delete', '/sys/mounts/{path}', path],
    ]);
    expect((await perform('read', '/sys/mounts/{path}', path)).status).toBe(400);
  });

  it('auth methods and their tuning', async () => {
    const path = { path: unique('userpass') };
    const lockout = { lockout_threshold: '3', lockout_duration: '5m' };
    await all([
      ['write', '/sys/auth/{path}', path, { fields: { type: 'userpass', description: 'for a test' } }],
      [
        'write',
        '/sys/auth/{path}/tune',
        path,
        { fields: { token_type: 'batch', user_lockout_config: lockout } },
      ],
      ['read', '/sys/auth/{path}/tune', path],
      ['read', '/sys/auth/{path}', path],
      ['read', '/sys/auth'],
      ['delete', '/sys/auth/{path}', path],
    ]);
  });

  it('a move and its status', async () => {
    const path = unique('kv');
    await all([['write', '/sys/mounts/{path}', { path }, { fields: { type: 'kv' } }]]);
    const body = { from: path, to: unique('moved') };
    const { migration_id } = (await perform('write', '/sys/remount', {}, { fields: body })).body.data;
    const status = '/sys/remount/status/{migration_id}';
    expect((await perform('read', status, { migration_id })).status).toBe(200);
    expect((await settled(migration_id)).status).toBe('success');
    expect((await perform('read', status, { migration_id: 'none' })).status).toBe(404);
  });

  it('the plan of a move, and the requests about a finished one', async () => {
    const source = await kv1();
    await tokenWith(policyOf([`${source}/*`, 'read']));
    const move = { from: source, to: unique('moved') };
    const plan = await perform('write', '/sys/remount', {}, { fields: { ...move, dry_run: true } });
    expect(plan.body.data).toMatchObject({ dry_run: true, policies: [{ path: `${source}/*` }] });
    const same = await perform('write', '/sys/remount/plan', {}, { fields: move });
    expect(same.body.data).toEqual(plan.body.data);
    const fields = { ...move, policies: 'follow', alias_ttl: '1h' };
    const following = await perform('write', '/sys/remount/plan', {}, { fields });
    expect(following.body.data.policy_changes.changes).toHaveLength(1);
    expect(following.body.data.alias).toEqual({ path: `${source}/`, ttl: 3_600 });
    const { migration_id } = (await perform('write', '/sys/remount', {}, { fields: move })).body.data;
    await settled(migration_id);
    const late = await perform('write', '/sys/remount/plan', {}, { fields: move });
    expect(late.body.data).toEqual({ dry_run: true, migration_id });
    const irrevocable = '/sys/remount/irrevocable/{migration_id}';
    await all([
      ['list', '/sys/remount/status', {}, { fields: { source, limit: '1' } }],
      ['read', '/sys/remount/verify/{migration_id}', { migration_id }],
      ['read', irrevocable, { migration_id }],
      ['write', `${irrevocable}/retry`, { migration_id }, { fields: { force: false } }],
      ['write', '/sys/remount/undo/{migration_id}', { migration_id }, { fields: { dry_run: true } }],
      ['write', '/sys/remount/undo/{migration_id}', { migration_id }, { fields: { reason: 'for a test' } }],
    ]);
    const cancelled = await perform('write', '/sys/remount/cancel/{migration_id}', { migration_id });
    expect(cancelled.status).toBe(409);
  });

  it('an old path that still answers', async () => {
    const source = await kv1();
    const fields = { from: source, to: unique('moved'), alias_ttl: '1h' };
    const { migration_id } = (await perform('write', '/sys/remount', {}, { fields })).body.data;
    await settled(migration_id);
    await call('GET', `${source}/nothing`);
    const [aliases, path] = ['/sys/remount/aliases', { path: source }];
    await all([
      ['read', '/sys/remount/status/{migration_id}', { migration_id }],
      ['list', aliases],
      ['read', `${aliases}/{path}`, path],
      ['write', `${aliases}/{path}`, path, { fields: { ttl: '2h' } }],
      ['delete', `${aliases}/{path}`, path],
    ]);
  });

  it('bulk runs', async () => {
    const [source, target] = [await kv1(), unique('moved')];
    const fields = { moves: [{ from: source, to: target }], tolerated_failures: '10%' };
    const runs = '/sys/remount/bulk';
    await all([['write', runs, {}, { fields: { ...fields, dry_run: true } }]]);
    const { bulk_id } = (await perform('write', runs, {}, { fields })).body.data;
    await vi.waitUntil(async () => {
      const { body } = await perform('read', `${runs}/{bulk_id}`, { bulk_id });
      return body.data.bulk_info.status === 'success';
    }, 20_000);
    await all([
      ['list', runs, {}, { fields: { limit: '1' } }],
      ['list', `${runs}/{bulk_id}`, { bulk_id }],
      ['write', `${runs}/undo/{bulk_id}`, { bulk_id }, { fields: { dry_run: true } }],
      ['write', `${runs}/undo/{bulk_id}`, { bulk_id }, { fields: { reason: 'for a test' } }],
    ]);
    expect((await perform('write', `${runs}/cancel/{bulk_id}`, { bulk_id })).status).toBe(409);
  });

  it('schedules', async () => {
    const name = unique('schedule');
    const fields = { schedule: 'rate(1 day)', moves: [{ from: 'nothing', to: 'nowhere' }] };
    const schedules = '/sys/remount/schedules';
    await all([
      ['write', `${schedules}/{name}`, { name }, { fields }],
      ['read', `${schedules}/{name}`, { name }],
      ['list', schedules],
      ['write', `${schedules}/{name}/pause`, { name }],
      ['write', `${schedules}/{name}/resume`, { name }],
      ['delete', `${schedules}/{name}`, { name }],
    ]);
  });

  it('namespaces', async () => {
    const namespace = await newNamespace();
    const name = { name: unique('team') };
    const custom_metadata = { owner: 'ann' };
    await all(
      [
        ['write', '/sys/namespaces/{name}', name, { fields: { custom_metadata } }],
        ['patch', '/sys/namespaces/{name}', name, { fields: { custom_metadata: { owner: null } } }],
        ['read', '/sys/namespaces/{name}', name],
        ['list', '/sys/namespaces'],
        ['scan', '/sys/namespaces'],
        ['write', '/sys/namespaces/api-lock/lock/{name}', name],
        ['write', '/sys/namespaces/api-lock/unlock/{name}', name, { fields: {} }],
        ['delete', '/sys/namespaces/{name}', name],
      ],
      { namespace },
    );
    expect((await perform('delete', '/sys/namespaces/{name}', { name: 'none' }, { namespace })).status).toBe(
      200,
    );
  });

  it('policies, by either path, and capabilities', async () => {
    const name = { name: unique('Policy') };
    const policy = 'path "secret/*" { capabilities = ["read"] }';
    const { client_token: token, accessor } = (
      await must('POST', 'auth/token/create', { body: { policies: ['default'] } })
    ).body.auth;
    const paths = ['secret/a', 'sys/mounts'];
    await all([
      ['write', '/sys/policies/acl/{name}', name, { fields: { policy, ttl: '1h' } }],
      ['read', '/sys/policies/acl/{name}', name],
      ['list', '/sys/policies/acl'],
      ['delete', '/sys/policies/acl/{name}', name],
      ['write', '/sys/policy/{name}', name, { fields: { rules: policy } }],
      ['read', '/sys/policy/{name}', name],
      ['read', '/sys/policy'],
      ['list', '/sys/policy'],
      ['delete', '/sys/policy/{name}', name],
      ['write', '/sys/capabilities-self', {}, { fields: { paths } }],
      ['write', '/sys/capabilities', {}, { fields: { token, paths: 'secret/a' } }],
      ['write', '/sys/capabilities-accessor', {}, { fields: { accessor, paths } }],
      ['read', '/sys/internal/ui/resultant-acl'],
    ]);
    expect((await perform('read', '/sys/internal/ui/resultant-acl', {}, { token })).body.data.root).toBe(
      false,
    );
  });

  it('tools, and questions about all leases and namespaces', async () => {
    const irrevocable = { fields: { type: 'irrevocable' } };
    await all([
      ['write', '/sys/tools/random/{urlbytes}', { urlbytes: '4' }, { fields: { format: 'hex' } }],
      ['write', '/sys/tools/hash/{urlalgorithm}', { urlalgorithm: 'sha2-256' }, { fields: { input: '' } }],
      ['read', '/sys/leases', {}, irrevocable],
      ['read', '/sys/leases/count', {}, irrevocable],
      ['read', '/sys/internal/ui/namespaces'],
    ]);
  });

  it('locked users', async () => {
    const unlocked = { mount_accessor: 'none', alias_identifier: 'bob' };
    const template = '/sys/locked-users/{mount_accessor}/unlock/{alias_identifier}';
    await all([
      ['read', '/sys/locked-users', {}, { fields: { mount_accessor: 'none' } }],
      ['read', '/sys/locked-users'],
      ['write', template, unlocked],
    ]);
  });

  it('token roles', async () => {
    const role_name = { role_name: unique('role') };
    const fields = { allowed_policies: 'default', token_bound_cidrs: '127.0.0.1', token_num_uses: 2 };
    await all([
      ['write', '/auth/token/roles/{role_name}', role_name, { fields }],
      ['read', '/auth/token/roles/{role_name}', role_name],
      ['list', '/auth/token/roles'],
      ['write', '/auth/token/create/{role_name}', role_name, { fields: { ttl: '1h' } }],
      ['delete', '/auth/token/roles/{role_name}', role_name],
    ]);
  });

  it('tokens', async () => {
    const body = { ttl: '1h', meta: { for: 'a test' }, policies: ['default'] };
    const { auth } = (await perform('write', '/auth/token/create', {}, { fields: body })).body;
    const { client_token: token, accessor } = auth;
    const orphan = (await perform('write', '/auth/token/create-orphan', {}, { fields: body })).body.auth;
    const second = (await perform('write', '/auth/token/create', {}, { fields: body })).body.auth
      .client_token;
    const third = (await perform('write', '/auth/token/create', {}, { fields: body })).body.auth.accessor;
    await all([
      ['write', '/auth/token/renew', {}, { fields: { token, increment: '30m' } }],
      ['write', '/auth/token/renew-accessor', {}, { fields: { accessor } }],
      ['read', '/auth/token/lookup'],
      ['write', '/auth/token/lookup-self'],
      ['write', '/auth/token/lookup', {}, { fields: { token } }],
      ['write', '/auth/token/lookup-accessor', {}, { fields: { accessor } }],
      ['list', '/auth/token/accessors'],
      ['write', '/auth/token/revoke-orphan', {}, { fields: { token: orphan.client_token } }],
      ['write', '/auth/token/revoke-accessor', {}, { fields: { accessor: third } }],
      ['write', '/auth/token/revoke-accessor', {}, { fields: { accessor: 'unknown' } }],
    ]);
    await all(
      [
        ['read', '/auth/token/lookup-self'],
        ['write', '/auth/token/renew-self'],
        ['write', '/auth/token/revoke-self'],
      ],
      { token },
    );
    await all([['write', '/auth/token/revoke', {}, { fields: { token: second } }]]);
  });

  it('leases', async () => {
    const options = { version: '1', leased_passthrough: 'true' };
    const kv = await engine('kv', { options });
    await must('POST', `${kv}/app`, { body: { ttl: '1h' } });
    const leases: string[] = [];
    for (const _ of [1, 2]) leases.push((await must('GET', `${kv}/app`)).body.lease_id);
    const [lease_id, second] = leases;
    await all([
      ['write', '/sys/leases/lookup', {}, { fields: { lease_id } }],
      ['list', '/sys/leases/lookup/{prefix}', { prefix: kv }],
      ['write', '/sys/leases/renew', {}, { fields: { lease_id, increment: 60 } }],
      ['write', '/sys/renew', {}, { fields: { lease_id, increment: '1m' } }],
      ['write', '/sys/leases/lookup', {}, { fields: { lease_id } }],
      ['write', '/sys/leases/revoke', {}, { fields: { lease_id, sync: true } }],
      ['write', '/sys/revoke', {}, { fields: { lease_id: second } }],
      ['write', '/sys/leases/revoke-prefix/{prefix}', { prefix: kv }, { fields: {} }],
      ['write', '/sys/leases/revoke-force/{prefix}', { prefix: kv }],
      ['write', '/sys/leases/tidy'],
    ]);
  });

  it('answers of the system without an envelope', async () => {
    for (const path of ['health', 'seal-status', 'leader', 'init']) {
      const { status, body } = await perform('read', `/sys/${path}`, {}, { token: '' });
      expect(status, path).toBe(200);
      expect(api.mistakes('components/schemas/Envelope', body), path).not.toEqual([]);
    }
    await all([['read', '/sys/internal/specs/openapi']]);
  });

  it('wrapped answers and cubbyholes', async () => {
    const wrapping = { headers: { 'X-Vault-Wrap-TTL': '60' } };
    const path = { path: 'a/b' };
    const wrap = (values: Record<string, unknown>) =>
      perform('write', '/sys/wrapping/wrap', {}, { ...wrapping, fields: values });
    const { token } = (await wrap({ a: 1 })).body.wrap_info;
    await all([
      ['write', '/sys/wrapping/lookup', {}, { fields: { token } }],
      ['write', '/cubbyhole/{path}', path, { fields: { a: { b: 1 } } }],
      ['read', '/cubbyhole/{path}', path],
      ['list', '/cubbyhole/{path}', { path: 'a' }],
      ['scan', '/cubbyhole/{path}', { path: '' }],
      ['delete', '/cubbyhole/{path}', path],
    ]);
    await all([['read', '/sys/wrapping/lookup']], { token });
    const rewrapped = (await perform('write', '/sys/wrapping/rewrap', {}, { fields: { token } })).body
      .wrap_info;
    const unwrapped = await perform(
      'write',
      '/sys/wrapping/unwrap',
      {},
      { fields: { token: rewrapped.token } },
    );
    expect(unwrapped.body.data).toEqual({ a: 1 });
  });

  it.each<[status: number, operation: 'read' | 'write', path: string, options: object]>([
    [400, 'write', '/sys/remount', { fields: {} }],
    [400, 'write', '/sys/remount', { fields: { from: 'nothing', to: 'there' } }],
    [403, 'write', '/sys/remount', { fields: { from: 'a', to: 'b' }, token: 'no-token' }],
    [403, 'read', '/sys/mounts', { token: '' }],
    [200, 'read', '/sys/internal/specs/openapi', { token: '' }],
    [404, 'read', '/sys/mounts', { namespace: 'nowhere' }],
  ])('a %i to %s %s', async (status, operation, path, options) => {
    expect((await perform(operation, path, {}, options)).status).toBe(status);
  });

  // Moves and bulk runs end before a test can cancel them; test/system cancels one that does not run.
  it('only other answers that a test here has seen', () => {
    const isOther = (template: string) => !/^\/(auth\/)?\{|\/remount\/(bulk\/)?cancel\//.test(template);
    expect(api.unseen(isOther)).toEqual([]);
  });
});

describe.skipIf(inject('target').isReference)('the schemas of the document', () => {
  const remount = 'paths/~1sys~1remount/post/responses/200/content/application~1json/schema';
  const envelope = {
    request_id: '',
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: { migration_id: 'id' },
    wrap_info: null,
    warnings: null,
    auth: null,
  };

  it('accept correct answers, with and without copies of their data', () => {
    expect(api.mistakes(remount, envelope)).toEqual([]);
    expect(api.mistakes(remount, { ...envelope, migration_id: 'id' })).toEqual([]);
    expect(api.mistakes(remount, { ...envelope, data: null })).toEqual([]);
  });

  it.each<[what: string, pointer: string, value: object]>([
    [
      'a key of the data that is not declared',
      remount,
      { ...envelope, data: { migration_id: 'id', more: 1 } },
    ],
    ['a key of the envelope that is not declared', remount, { ...envelope, more: 1 }],
    ['data of another type', remount, { ...envelope, data: { migration_id: 1 } }],
    ['data without a key', remount, { ...envelope, data: {} }],
    ['an envelope without its keys', 'components/schemas/Envelope', { data: {} }],
    [
      'a token with missing fields',
      'components/schemas/Envelope',
      { ...envelope, auth: { client_token: 'x' } },
    ],
    ['errors that are not a list', 'components/schemas/Errors', { errors: 'no' }],
    ['errors with data', 'components/schemas/Errors', { errors: [], data: null }],
  ])('refuse %s', (_, pointer, value) => {
    expect(api.mistakes(pointer, value)).not.toEqual([]);
  });
});
