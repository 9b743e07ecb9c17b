import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { locate } from '../../functions/mounts/locate.ts';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { generationKey, migrationKey, treeKey } from '../../functions/ports/keys.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: builtinRoutes, engines }, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.hex(10);
});

async function enable(path: string, body: Record<string, unknown> = { type: 'kv' }): Promise<void> {
  const { status, text } = await call('POST', path, { body });
  expect(text).toBe('');
  expect(status).toBe(204);
}

async function refusalOf(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await call(method, path, { body });
  expect(answer.status).toBe(400);
  return answer.body.errors;
}

describe('a listing', () => {
  it('shows a mount with every field, and again at the top level', async () => {
    await enable(`sys/mounts/${name}/deep`, {
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

    const { status, body } = await call('GET', 'sys/mounts');

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
      running_plugin_version: 'v1.14.0+builtin.vault',
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
    expect(body.data[`${name}/deep/`]).toEqual(shown);
    expect(body[`${name}/deep/`]).toEqual(shown);
    expect(body).toMatchObject({ lease_id: '', renewable: false, lease_duration: 0, wrap_info: null });
  });

  it('shows auth methods in a table of their own, with their token type', async () => {
    await enable(`sys/auth/${name}`, { type: 'approle' });

    const { body } = await call('GET', 'sys/auth');

    expect(body.data[`${name}/`]).toMatchObject({
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
    expect((await call('GET', 'sys/mounts')).body.data).not.toHaveProperty(`auth/${name}/`);
  });

  it('shows the built-in mounts, and in a child namespace those of the child alone', async () => {
    const child = await placeNamespace(deps, ROOT, `ns${name}`);
    await enable(`sys/mounts/${name}`);

    const root = (await call('GET', 'sys/mounts')).body.data;
    const inside = (await call('GET', 'sys/mounts', { namespace: child.path })).body.data;

    expect(root['sys/']).toMatchObject({ type: 'system', options: null });
    expect(Object.keys(root)).toEqual(
      expect.arrayContaining(['sys/', 'cubbyhole/', 'identity/', `${name}/`]),
    );
    expect(Object.keys(inside).sort()).toEqual(['cubbyhole/', 'identity/', 'sys/']);
    expect(inside['sys/'].type).toBe('ns_system');
    expect(inside['sys/'].uuid).not.toBe(root['sys/'].uuid);
  });

  it('is no LIST', async () => {
    for (const path of ['sys/mounts', 'sys/auth', 'sys/mounts/secret', 'sys/auth/token']) {
      expect((await call('LIST', path)).status, path).toBe(405);
    }
  });
});

describe('reading one mount', () => {
  it('answers for the mount and for any path in it', async () => {
    await enable(`sys/mounts/${name}`, { type: 'kv', options: { version: '1' } });
    for (const path of [name, `${name}/`, `${name}/some/secret`]) {
      const { status, body } = await call('GET', `sys/mounts/${path}`);
      expect(status, path).toBe(200);
      expect(body.data).toMatchObject({ type: 'kv', options: { version: '1' } });
      expect(body.uuid).toBe(body.data.uuid);
    }
    expect((await call('GET', 'sys/mounts/sys')).body.data.type).toBe('system');
  });

  it('says when there is none', async () => {
    expect(await refusalOf('GET', `sys/mounts/${name}`)).toEqual([`No secret engine mount at ${name}/`]);
    expect(await refusalOf('GET', `sys/auth/${name}`)).toEqual([`No auth engine at ${name}/`]);
  });

  it('takes an auth method by its exact path only', async () => {
    await enable(`sys/auth/${name}`, { type: 'userpass' });
    expect((await call('GET', `sys/auth/${name}`)).body.data.type).toBe('userpass');
    expect((await call('GET', 'sys/auth/token')).body.data.type).toBe('token');
    expect(await refusalOf('GET', `sys/auth/${name}/x`)).toEqual([`No auth engine at ${name}/x/`]);
  });

  it('does not reach into child namespaces', async () => {
    const child = await placeNamespace(deps, ROOT, `ns${name}`);
    await call('POST', 'sys/mounts/kv', { body: { type: 'kv' }, namespace: child.path });
    expect(await refusalOf('GET', `sys/mounts/ns${name}/kv`)).toEqual([
      `No secret engine mount at ns${name}/kv/`,
    ]);
  });
});

describe('enabling', () => {
  it.each([
    ['no type', {}, 'backend type must be specified as a string'],
    ['an empty type', { type: '' }, 'backend type must be specified as a string'],
    [
      'a config that is none',
      { type: 'kv', config: { default_lease_ttl: true } },
      'unable to convert given mount config information',
    ],
    [
      'a switch that is none',
      { type: 'kv', config: { force_no_cache: 'yes' } },
      'unable to convert given mount config information',
    ],
    [
      'a default TTL that is none',
      { type: 'kv', config: { default_lease_ttl: 'x' } },
      'unable to parse default TTL of x: time: invalid duration "x"',
    ],
    [
      'a maximum TTL that is none',
      { type: 'kv', config: { max_lease_ttl: '1q' } },
      'unable to parse max TTL of 1q: time: invalid duration "1q"',
    ],
    [
      'a default above the maximum',
      { type: 'kv', config: { default_lease_ttl: '2h', max_lease_ttl: '1h' } },
      'given default lease TTL greater than given max lease TTL',
    ],
    [
      'a default above the maximum of the system',
      { type: 'kv', config: { default_lease_ttl: '800h' } },
      'given default lease TTL greater than system max lease TTL of 2764800',
    ],
    ['an unknown type', { type: 'foo' }, 'plugin not found in the catalog: foo'],
    [
      'a type that is a property of objects',
      { type: 'toString' },
      'plugin not found in the catalog: toString',
    ],
    ['an auth method as a secrets engine', { type: 'approle' }, 'plugin not found in the catalog: approle'],
    ['the system', { type: 'system' }, 'mount type of "system" is not mountable'],
    ['a cubbyhole', { type: 'cubbyhole' }, 'mount type of "cubbyhole" is not mountable'],
    ['an identity store', { type: 'ns_identity' }, 'mount type of "ns_identity" is not mountable'],
    ['a token store', { type: 'token' }, 'mount type of "token" is not mountable'],
    [
      'a version of an engine that has none',
      { type: 'ssh', options: { version: '2' } },
      'secrets engine "ssh" does not allow setting a version',
    ],
    [
      'a version that kv does not have',
      { type: 'kv', options: { version: '3' } },
      'invalid version provided: 3',
    ],
    [
      'an unknown visibility',
      { type: 'kv', config: { listing_visibility: 'some' } },
      'invalid listing_visibility some',
    ],
    ['a plugin without a name', { type: 'plugin' }, 'plugin_name must be provided for plugin backend'],
    [
      'another version of the plugin',
      { type: 'kv', plugin_version: 'v1.0.0' },
      'cannot select non-builtin version of secrets plugin kv',
    ],
  ])('refuses %s', async (_what, body, text) => {
    expect(await refusalOf('POST', `sys/mounts/${name}`, body)).toEqual([text]);
    expect((await call('GET', 'sys/mounts')).body.data).not.toHaveProperty(`${name}/`);
  });

  it.each([
    [
      'a config that is none',
      { config: { max_lease_ttl: {} } },
      'unable to convert given auth config information',
    ],
    ['an unknown token type', { config: { token_type: 'x' } }, "invalid value for 'token_type'"],
    ['no type', { type: '' }, 'backend type must be specified as a string'],
    ['the token store', { type: 'token' }, 'token credential backend cannot be instantiated'],
    ['a secrets engine', { type: 'kv' }, 'plugin not found in the catalog: kv'],
    ['a version', { options: { version: '2' } }, 'auth method "userpass" does not allow setting a version'],
    [
      'another version of the plugin',
      { config: { plugin_version: 'v1.0.0' } },
      'cannot select non-builtin version of auth plugin userpass',
    ],
  ])('refuses of an auth method %s', async (_what, body, text) => {
    expect(await refusalOf('POST', `sys/auth/${name}`, { type: 'userpass', ...body })).toEqual([text]);
  });

  it.each(['sys', 'sys/x', 'auth/x', 'audit', 'cubbyhole', 'identity/a/b'])('refuses %s', async (path) => {
    expect(await refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
      `cannot mount "${path}/"`,
    ]);
  });

  it('refuses a path that overlaps a mount of the same table, either way', async () => {
    await enable(`sys/mounts/${name}/a/b`);
    await enable(`sys/auth/${name}/a`, { type: 'userpass' });

    for (const path of [`${name}/a/b`, `${name}/a`, name, `${name}/a/b/c`]) {
      expect(await refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
        `path is already in use at ${name}/a/b/`,
      ]);
    }
    for (const path of [name, `${name}/a`, `${name}/a/b`]) {
      expect(await refusalOf('POST', `sys/auth/${path}`, { type: 'userpass' })).toEqual([
        `path is already in use at ${name}/a/`,
      ]);
    }
    expect(await refusalOf('POST', 'sys/auth/token', { type: 'userpass' })).toEqual([
      'path is already in use at token/',
    ]);
    expect(await refusalOf('POST', 'sys/auth/token/x', { type: 'userpass' })).toEqual([
      'path is already in use at token/',
    ]);
  });

  it('lets paths be neighbours that merely begin alike', async () => {
    for (const path of [name, `${name}x`, `${name}-y/z`, `x${name}/${name}`]) {
      await enable(`sys/mounts/${path}`);
    }
  });

  it('refuses a path at, above or in a child namespace', async () => {
    const child = await placeNamespace(deps, ROOT, `ns${name}`);
    await placeNamespace(deps, child, 'inner');
    for (const [path, at] of [
      [`ns${name}`, ''],
      [`ns${name}/kv`, ''],
      [`ns${name}/inner`, 'inner/'],
      [`ns${name}/inner/kv`, 'inner/'],
    ] as const) {
      expect(await refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
        `existing mount at ns${name}/${at}`,
      ]);
    }
    const inside = await call('POST', 'sys/mounts/inner', { body: { type: 'kv' }, namespace: child.path });
    expect(inside.body.errors).toEqual([`existing mount at ns${name}/inner/`]);
  });

  it('takes a mount of the name its namespace has', async () => {
    const child = await placeNamespace(deps, ROOT, `ns${name}`);
    const { status } = await call('POST', `sys/mounts/ns${name}`, {
      body: { type: 'kv' },
      namespace: child.path,
    });
    expect(status).toBe(204);
  });

  it('takes spaces and letters of all scripts, and nothing that could never be reached', async () => {
    for (const path of ['a b', 'schlüssel', '鍵', 'x+y', 'a*']) {
      await enable(`sys/mounts/${name}/${encodeURIComponent(path)}`);
      expect((await locate(deps.store, `${name}/${path}/foo`)).mount?.path).toBe(`${name}/${path}/`);
    }
    expect(await refusalOf('POST', `sys/mounts/${name}%2F%2Fx`, { type: 'kv' })).toEqual([
      `path '${name}//x/' does not match cleaned path '${name}/x/'`,
    ]);
    expect(await refusalOf('POST', `sys/mounts/%2F%2F${name}`, { type: 'kv' })).toEqual([
      `path '/${name}/' does not match cleaned path '${name}/'`,
    ]);
    expect(await call('POST', 'sys/mounts/a%0Ab', { body: { type: 'kv' } })).toMatchObject({
      status: 400,
      text: '',
    });
    expect(await refusalOf('POST', `sys/mounts/${name}/`, { type: 'kv' })).toEqual([
      "cannot write to a path ending in '/'",
    ]);
  });

  it('refuses paths over the limits, auth/ included', async () => {
    const deep = (segments: number) => Array.from({ length: segments }, () => 'x').join('/');
    await enable(`sys/mounts/${name}/${deep(31)}`);
    expect(await refusalOf('POST', `sys/mounts/${deep(33)}`, { type: 'kv' })).toEqual([
      'invalid mount path: path has more than 32 segments',
    ]);
    expect(await refusalOf('POST', `sys/auth/${deep(32)}`, { type: 'userpass' })).toEqual([
      'invalid mount path: path has more than 32 segments',
    ]);
    const long = name.padEnd(511, 'x');
    await enable(`sys/mounts/${long}`);
    expect(await refusalOf('POST', `sys/mounts/y${long}`, { type: 'kv' })).toEqual([
      'invalid mount path: path is longer than 512 bytes',
    ]);
  });

  it('refuses settings that no request should have to read', async () => {
    const body = { type: 'kv', description: 'x'.repeat(33_000) };
    const enabled = await call('POST', `sys/mounts/${name}`, { body });
    await enable(`sys/mounts/${name}`);
    const tuned = await call('POST', `sys/mounts/${name}/tune`, { body });
    for (const { status, body } of [enabled, tuned]) {
      expect([status, body.errors]).toEqual([413, ['the settings are longer than 32000 bytes']]);
    }
  });

  it('knows the other names of kv, and plugins by their name', async () => {
    await enable(`sys/mounts/${name}/1`, { type: 'kv-v1' });
    await enable(`sys/mounts/${name}/2`, { type: 'kv-v2', options: { leased: 'no' } });
    await enable(`sys/mounts/${name}/3`, { type: 'generic' });
    await enable(`sys/mounts/${name}/4`, { type: 'plugin', plugin_name: 'ssh' });
    const { data } = (await call('GET', 'sys/mounts')).body;
    expect(data[`${name}/1/`]).toMatchObject({ type: 'kv', options: { version: '1' } });
    expect(data[`${name}/2/`]).toMatchObject({ type: 'kv', options: { version: '2', leased: 'no' } });
    expect(data[`${name}/3/`]).toMatchObject({ type: 'kv', options: {} });
    expect(data[`${name}/4/`]).toMatchObject({ type: 'ssh', options: {} });
  });

  it('answers a wrong type of a field with the name of the field', async () => {
    expect(await refusalOf('POST', `sys/mounts/${name}`, { type: 'kv', options: 'x' })).toEqual([
      expect.stringContaining('Field validation failed: error converting input for field "options"'),
    ]);
  });

  it('is no failure when the first answer was lost on the way', async () => {
    const { store } = deps;
    let isLost = false;
    const losing: TestDeps = {
      ...deps,
      store: {
        ...store,
        async commit(writes) {
          await store.commit(writes);
          if (isLost) return;
          isLost = true;
          // What the SDK makes of an answer that was lost: it repeats the write, which its own first try now refuses.
          await store.commit(writes);
        },
      },
    };
    const api = { builtin: builtinRoutes, engines };
    const { status } = await caller(losing, api, await rootToken(deps))('POST', `sys/mounts/${name}`, {
      body: { type: 'kv' },
    });
    expect(isLost).toBe(true);
    expect(status).toBe(204);
  });
});

describe('disabling', () => {
  it('takes the mount off the tree, cuts off what it issued and has the rest cleared away', async () => {
    await enable(`sys/mounts/${name}/a/b`);
    const { uuid, generation } = (await locate(deps.store, `${name}/a/b/x`)).mount ?? {};
    const before = deps.started.length;

    const { status, text } = await call('DELETE', `sys/mounts/${name}/a/b`);

    expect([status, text]).toEqual([204, '']);
    expect((await locate(deps.store, `${name}/a/b/x`)).mount).toBeUndefined();
    expect(await deps.store.get(generationKey(uuid as string))).toMatchObject({
      generation: (generation as number) + 1,
    });
    const [started] = deps.started.slice(before);
    expect(started?.machine).toBe('teardown');
    expect(await deps.store.get(migrationKey(started?.id as string))).toMatchObject({
      kind: 'teardown',
      what: 'mount',
      mountUuid: uuid,
    });
    for (const fork of [`${name}/`, `${name}/a/`]) {
      expect(await deps.store.get(treeKey('root', fork)), fork).toBeUndefined();
    }
  });

  it('does no harm where there is nothing, or only something above or below', async () => {
    await enable(`sys/mounts/${name}/a`);
    await enable(`sys/auth/${name}/a`, { type: 'userpass' });
    const before = deps.started.length;
    for (const path of [name, `${name}/a/b`, `x${name}`, '', '%2F']) {
      expect((await call('DELETE', `sys/mounts/${path}`)).status, path).toBe(path === '' ? 405 : 204);
      expect((await call('DELETE', `sys/auth/${path}`)).status, path).toBe(path === '' ? 405 : 204);
    }
    const tooLong = `${name}/${'y'.repeat(2_000)}`;
    expect((await call('DELETE', `sys/mounts/${tooLong}`)).status).toBe(204);
    expect(deps.started).toHaveLength(before);
    expect((await call('GET', `sys/mounts/${name}/a`)).status).toBe(200);
    expect((await call('GET', `sys/auth/${name}/a`)).status).toBe(200);
  });

  it('frees the path for another mount, above or below as well', async () => {
    await enable(`sys/mounts/${name}/a/b`);
    await call('DELETE', `sys/mounts/${name}/a/b`);
    await enable(`sys/mounts/${name}`);
    await call('DELETE', `sys/mounts/${name}`);
    await enable(`sys/mounts/${name}/a/b/c`);
  });

  it('refuses the built-in mounts, and auth methods by the wrong table', async () => {
    await enable(`sys/auth/${name}`, { type: 'userpass' });
    for (const path of ['sys', 'cubbyhole', 'identity', 'auth/token', `auth/${name}`]) {
      expect(await refusalOf('DELETE', `sys/mounts/${path}`)).toEqual([`cannot unmount "${path}/"`]);
    }
    expect(await refusalOf('DELETE', 'sys/auth/token')).toEqual([
      'token credential backend cannot be disabled',
    ]);
    expect((await call('DELETE', `sys/auth/${name}`)).status).toBe(204);
    expect(await refusalOf('GET', `sys/auth/${name}`)).toEqual([`No auth engine at ${name}/`]);
  });

  it('goes through although the workflow cannot be started', async () => {
    const broken: TestDeps = {
      ...deps,
      workflows: {
        async start() {
          throw new Error('no answer');
        },
      },
    };
    await enable(`sys/mounts/${name}`);
    const api = { builtin: builtinRoutes, engines };
    const { status } = await caller(broken, api, await rootToken(deps))('DELETE', `sys/mounts/${name}`);
    expect(status).toBe(204);
    expect((await locate(deps.store, `${name}/x`)).mount).toBeUndefined();
  });
});

describe('the rights', () => {
  it('include sudo for everything below sys/auth, and for nothing else', async () => {
    const all = '["create","read","update","delete","list"]';
    const token = await tokenWith(
      deps,
      `path "sys/mounts*" { capabilities = ${all} } path "sys/auth*" { capabilities = ${all} }`,
    );
    await enable(`sys/auth/${name}`, { type: 'userpass' });
    const denied = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };

    expect((await call('GET', 'sys/auth', { token })).status).toBe(200);
    for (const [method, path] of [
      ['GET', `sys/auth/${name}`],
      ['POST', `sys/auth/${name}2`],
      ['DELETE', `sys/auth/${name}`],
      ['GET', `sys/auth/${name}/tune`],
      ['POST', `sys/auth/${name}/tune`],
    ] as const) {
      expect(await call(method, path, { token, body: { type: 'userpass' } }), path).toMatchObject(denied);
    }
    for (const [method, path, status] of [
      ['POST', `sys/mounts/${name}`, 204],
      ['GET', 'sys/mounts', 200],
      ['GET', `sys/mounts/${name}`, 200],
      ['GET', `sys/mounts/${name}/tune`, 200],
      ['GET', `sys/mounts/auth/${name}/tune`, 200],
      ['DELETE', `sys/mounts/${name}`, 204],
    ] as const) {
      expect((await call(method, path, { token, body: { type: 'kv' } })).status, path).toBe(status);
    }
  });

  it('are checked before anything is said', async () => {
    const token = await tokenWith(deps, 'path "x" { capabilities = ["read"] }');
    for (const [method, path] of [
      ['GET', 'sys/mounts'],
      ['POST', `sys/mounts/${name}`],
      ['DELETE', 'sys/mounts/sys'],
      ['GET', 'sys/auth'],
    ] as const) {
      expect((await call(method, path, { token })).status, path).toBe(403);
    }
  });
});
