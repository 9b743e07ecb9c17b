/** The OpenAPI document, checked against the answers of the engines (contract §10). */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { sshEngine } from './credentials.ts';
import { type Described, describedByService } from './described.ts';
import { authMethod, kv1, kv2, unique } from './fresh.ts';

let api: Described;
let { all, perform } = {} as Described;
beforeAll(async () => {
  api = await describedByService();
  ({ all, perform } = api);
});

/** The name of an auth method, without `auth/`. */
function nameOf(method: string): string {
  return method.slice('auth/'.length);
}

describe.skipIf(inject('target').isReference).sequential('the document describes', () => {
  it('secrets of version 1', async () => {
    const at = { kv_mount_path: await kv1(), path: 'a/b' };
    await all([
      ['write', '/{kv_mount_path}/{path}', at, { fields: { ttl: '1h', n: 1 } }],
      ['read', '/{kv_mount_path}/{path}', at],
      ['list', '/{kv_mount_path}/{path}', { ...at, path: 'a' }],
      ['scan', '/{kv_mount_path}', at],
      ['delete', '/{kv_mount_path}/{path}', at],
    ]);
    expect((await perform('read', '/{kv_mount_path}/{path}', at)).status).toBe(404);
  });

  it('secrets of version 2', async () => {
    const at = { kv_mount_path: await kv2(), path: 'a/b' };
    const data = '/{kv_mount_path}/data/{path}';
    const metadata = '/{kv_mount_path}/metadata/{path}';
    await all([
      ['write', '/{kv_mount_path}/config', at, { fields: { max_versions: 5, delete_version_after: '24h' } }],
      ['read', '/{kv_mount_path}/config', at],
      ['write', data, at, { fields: { data: { user: 'x', deep: { n: 1 } }, options: { cas: 0 } } }],
      ['patch', data, at, { fields: { data: { user: null, more: true } } }],
      ['read', data, at],
      ['read', '/{kv_mount_path}/subkeys/{path}', at],
      ['write', metadata, at, { fields: { custom_metadata: { a: 'b' } } }],
      ['patch', metadata, at, { fields: { max_versions: 3 } }],
      ['read', metadata, at],
      ['list', metadata, { ...at, path: 'a' }],
      ['list', '/{kv_mount_path}/metadata', at],
      ['scan', '/{kv_mount_path}/metadata', at],
      ['list', '/{kv_mount_path}/detailed-metadata/{path}', { ...at, path: 'a' }],
      ['scan', '/{kv_mount_path}/detailed-metadata/{path}', { ...at, path: 'a' }],
      ['write', '/{kv_mount_path}/delete/{path}', at, { fields: { versions: [1] } }],
      ['write', '/{kv_mount_path}/undelete/{path}', at, { fields: { versions: [1] } }],
      ['write', '/{kv_mount_path}/destroy/{path}', at, { fields: { versions: [1] } }],
      ['delete', data, at],
    ]);
    for (const path of [
      data,
      '/{kv_mount_path}/subkeys/{path}',
      '/{kv_mount_path}/data',
      '/{kv_mount_path}/{path}',
    ])
      expect((await perform('read', path, at)).status, path).toBe(404);
    await all([['delete', metadata, at]]);
    expect((await perform('read', data, at)).status).toBe(404);
  });

  it('one-time passwords', async () => {
    const at = { ssh_mount_path: await sshEngine(), name: 'db' };
    const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
    const address = { ip: '10.1.2.3' };
    await all([
      ['write', '/{ssh_mount_path}/roles/{name}', at, { fields: role }],
      ['read', '/{ssh_mount_path}/roles/{name}', at],
      ['list', '/{ssh_mount_path}/roles', at],
      ['write', '/{ssh_mount_path}/lookup', at, { fields: address }],
      ['write', '/{ssh_mount_path}/config/zeroaddress', at, { fields: { roles: ['db'] } }],
      ['read', '/{ssh_mount_path}/config/zeroaddress', at],
      ['delete', '/{ssh_mount_path}/config/zeroaddress', at],
    ]);
    const { key } = (await perform('write', '/{ssh_mount_path}/creds/{name}', at, { fields: address })).body
      .data;
    await all([
      ['write', '/{ssh_mount_path}/verify', at, { fields: { otp: key } }],
      ['write', '/{ssh_mount_path}/verify', at, { fields: { otp: 'verify-echo-request' } }],
      ['delete', '/{ssh_mount_path}/roles/{name}', at],
    ]);
  });

  it('users and their logins', async () => {
    const at = { userpass_mount_path: nameOf(await authMethod('userpass')), name: 'ann' };
    const user = '/auth/{userpass_mount_path}/users/{name}';
    await all([
      [
        'write',
        user,
        at,
        { fields: { password: 'first', policies: ['default'], ttl: '5m', token_type: 'service' } },
      ],
      ['read', user, at],
      ['list', '/auth/{userpass_mount_path}/users', at],
      ['write', `${user}/password`, at, { fields: { password: 'second' } }],
      ['write', `${user}/policies`, at, { fields: { token_policies: ['default', 'more'] } }],
      ['read', user, at],
      ['write', '/auth/{userpass_mount_path}/login/{name}', at, { fields: { password: 'second' } }],
      ['delete', user, at],
    ]);
  });

  it('roles, their secret-ids and logins', async () => {
    const at = { approle_mount_path: nameOf(await authMethod('approle')), name: 'web' };
    const role = '/auth/{approle_mount_path}/role/{name}';
    const secret = async () =>
      (await perform('write', `${role}/secret-id`, at, { fields: { ttl: '1h' } })).body.data;
    await all([
      ['write', role, at, { fields: { token_policies: 'default', token_max_ttl: '10000h', period: 60 } }],
      ['read', role, at],
      ['list', '/auth/{approle_mount_path}/role', at],
      ['write', `${role}/role-id`, at, { fields: { role_id: 'chosen-role-id' } }],
      ['read', `${role}/role-id`, at],
      [
        'write',
        `${role}/custom-secret-id`,
        at,
        { fields: { secret_id: unique('chosen-secret-id'), metadata: '{"a":"b"}' } },
      ],
    ]);
    for (const [path, fields] of [
      ['policies', { token_policies: ['a'] }],
      ['period', { token_period: 60 }],
      ['token-bound-cidrs', { token_bound_cidrs: ['127.0.0.1'] }],
      ['token-max-ttl', { token_max_ttl: 3_600 }],
      ['token-num-uses', { token_num_uses: 0 }],
      ['token-ttl', { token_ttl: 60 }],
      ['secret-id-bound-cidrs', { secret_id_bound_cidrs: ['127.0.0.0/8'] }],
      ['secret-id-num-uses', { secret_id_num_uses: 9 }],
      ['secret-id-ttl', { secret_id_ttl: 7_200 }],
    ] as const)
      await all([
        ['write', `${role}/${path}`, at, { fields }],
        ['read', `${role}/${path}`, at],
        ['delete', `${role}/${path}`, at],
      ]);
    await all([['read', `${role}/local-secret-ids`, at]]);
    const [one, two, three, four] = [await secret(), await secret(), await secret(), await secret()];
    const byId = ({ secret_id }: { secret_id: string }) => ({ secret_id });
    const byAccessor = ({ secret_id_accessor }: { secret_id_accessor: string }) => ({ secret_id_accessor });
    await all([
      ['list', `${role}/secret-id`, at],
      ['write', `${role}/secret-id/lookup`, at, { fields: byId(one) }],
      ['write', `${role}/secret-id-accessor/lookup`, at, { fields: byAccessor(one) }],
      [
        'write',
        '/auth/{approle_mount_path}/login',
        at,
        { fields: { role_id: 'chosen-role-id', ...byId(one) } },
      ],
      ['write', `${role}/secret-id/destroy`, at, { fields: byId(one) }],
      ['write', `${role}/secret-id-accessor/destroy`, at, { fields: byAccessor(two) }],
      ['delete', `${role}/secret-id/destroy`, at, { fields: byId(three) }],
      ['delete', `${role}/secret-id-accessor/destroy`, at, { fields: byAccessor(four) }],
      ['delete', role, at],
    ]);
  });

  it('only answers of engines that a test here has seen', () => {
    expect(api.unseen((template) => /^\/(auth\/)?\{/.test(template))).toEqual([]);
  });
});
