import { describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { mountService } from './mountService.ts';

const s = mountService();

describe('a listing', () => {
  it('shows a mount with every field, and again at the top level', async () => {
    await s.enable(`sys/mounts/${s.name}/deep`, {
      type: 'kv',
      description: 'team secrets',
      options: { version: '2' },
      local: true,
      seal_wrap: true,
      external_entropy_access: true,
      config: {
        default_lease_ttl: '1h',
        max_lease_ttl: 7_200,
        force_no_cache: true,
        listing_visibility: 'unauth',
        audit_non_hmac_request_keys: 'a, b',
        audit_non_hmac_response_keys: ['c'],
        passthrough_request_headers: ['X-One'],
        allowed_response_headers: 'X-Two',
      },
    });

    const { status, body } = await s.call('GET', 'sys/mounts');

    expect(status).toBe(200);
    const shown = {
      type: 'kv',
      description: 'team secrets',
      accessor: expect.stringMatching(/^kv_[0-9a-f]{8}$/),
      uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      local: true,
      seal_wrap: true,
      external_entropy_access: true,
      options: { version: '2' },
      plugin_version: '',
      running_plugin_version: 'v1.17.0+builtin.vault',
      running_sha256: '',
      deprecation_status: 'supported',
      config: {
        default_lease_ttl: 3_600,
        max_lease_ttl: 7_200,
        force_no_cache: true,
        listing_visibility: 'unauth',
        audit_non_hmac_request_keys: ['a', 'b'],
        audit_non_hmac_response_keys: ['c'],
        passthrough_request_headers: ['X-One'],
        allowed_response_headers: ['X-Two'],
      },
    };
    expect(body.data[`${s.name}/deep/`]).toEqual(shown);
    expect(body[`${s.name}/deep/`]).toEqual(shown);
    expect(body).toMatchObject({ lease_id: '', renewable: false, lease_duration: 0, wrap_info: null });
  });

  it('shows auth methods in a table of their own, with their token type', async () => {
    await s.enable(`sys/auth/${s.name}`, { type: 'approle' });

    const { body } = await s.call('GET', 'sys/auth');

    expect(body.data[`${s.name}/`]).toMatchObject({
      type: 'approle',
      accessor: expect.stringMatching(/^auth_approle_[0-9a-f]{8}$/),
      options: {},
      config: {
        default_lease_ttl: 0,
        max_lease_ttl: 0,
        force_no_cache: false,
        token_type: 'default-service',
      },
    });
    expect(body.data['token/']).toMatchObject({ type: 'token', options: null });
    expect(body.data['token/']).not.toHaveProperty('deprecation_status');
    expect(body.data).not.toHaveProperty('sys/');
    expect((await s.call('GET', 'sys/mounts')).body.data).not.toHaveProperty(`auth/${s.name}/`);
  });

  it('shows the built-in mounts, and in a child namespace those of the child alone', async () => {
    const child = await placeNamespace(s.deps, ROOT, `ns${s.name}`);
    await s.enable(`sys/mounts/${s.name}`);

    const root = (await s.call('GET', 'sys/mounts')).body.data;
    const inside = (await s.call('GET', 'sys/mounts', { namespace: child.path })).body.data;

    expect(root['sys/']).toMatchObject({ type: 'system', options: null });
    expect(Object.keys(root)).toEqual(
      expect.arrayContaining(['sys/', 'cubbyhole/', 'identity/', `${s.name}/`]),
    );
    expect(Object.keys(inside).sort()).toEqual(['cubbyhole/', 'identity/', 'sys/']);
    expect(inside['sys/'].type).toBe('ns_system');
    expect(inside['sys/'].uuid).not.toBe(root['sys/'].uuid);
  });

  it('is not served by LIST', async () => {
    for (const path of ['sys/mounts', 'sys/auth']) {
      expect((await s.call('LIST', path)).status, path).toBe(404);
      expect((await s.call('LIST', `${path}/${s.name}`)).status, path).toBe(405);
    }
  });
});

describe('reading one mount', () => {
  it('answers for the mount and for any path in it', async () => {
    await s.enable(`sys/mounts/${s.name}`, { type: 'kv', options: { version: '1' } });
    for (const path of [s.name, `${s.name}/`, `${s.name}/some/secret`]) {
      const { status, body } = await s.call('GET', `sys/mounts/${path}`);
      expect(status, path).toBe(200);
      expect(body.data).toMatchObject({ type: 'kv', options: { version: '1' } });
      expect(body.uuid).toBe(body.data.uuid);
    }
    expect((await s.call('GET', 'sys/mounts/sys')).body.data.type).toBe('system');
  });

  it('reports that there is no mount', async () => {
    expect(await s.refusalOf('GET', `sys/mounts/${s.name}`)).toEqual([
      `No secret engine mount at ${s.name}/`,
    ]);
    expect(await s.refusalOf('GET', `sys/auth/${s.name}`)).toEqual([`No auth engine at ${s.name}/`]);
  });

  it('finds an auth method by its exact path only', async () => {
    await s.enable(`sys/auth/${s.name}`, { type: 'userpass' });
    expect((await s.call('GET', `sys/auth/${s.name}`)).body.data.type).toBe('userpass');
    expect((await s.call('GET', 'sys/auth/token')).body.data.type).toBe('token');
    expect(await s.refusalOf('GET', `sys/auth/${s.name}/x`)).toEqual([`No auth engine at ${s.name}/x/`]);
  });

  it('does not reach into child namespaces', async () => {
    const child = await placeNamespace(s.deps, ROOT, `ns${s.name}`);
    await s.call('POST', 'sys/mounts/kv', { body: { type: 'kv' }, namespace: child.path });
    expect(await s.refusalOf('GET', `sys/mounts/ns${s.name}/kv`)).toEqual([
      `No secret engine mount at ns${s.name}/kv/`,
    ]);
  });
});
