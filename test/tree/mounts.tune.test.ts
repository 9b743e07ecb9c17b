import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { treeKey } from '../../functions/store/keys.ts';
import { markIssued } from '../../functions/tree/generation.ts';
import { mountOf } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.hex(10);
});

/** Tunes, and returns what the endpoint shows afterwards. */
async function tune(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { status, text } = await call('POST', `${path}/tune`, { body });
  expect([status, text]).toEqual([204, '']);
  return read(path);
}

async function read(path: string): Promise<Record<string, unknown>> {
  const { status, body } = await call('GET', `${path}/tune`);
  expect(status).toBe(200);
  return body.data;
}

async function refusalOf(path: string, body: Record<string, unknown>): Promise<unknown> {
  const answer = await call('POST', `${path}/tune`, { body });
  expect(answer.status).toBe(400);
  return answer.body.errors;
}

describe('reading', () => {
  it('shows the effective lease times, at the top level as well', async () => {
    await placeMount(deps, `${name}/`, { description: '' });
    const { body } = await call('GET', `sys/mounts/${name}/tune`);
    expect(body.data).toEqual({
      description: '',
      default_lease_ttl: 2_764_800,
      max_lease_ttl: 2_764_800,
      force_no_cache: false,
    });
    expect(body.default_lease_ttl).toBe(2_764_800);
  });

  it('shows the default within the maximum of the mount', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 60, forceNoCache: true };
    await placeMount(deps, `${name}/`, { config });
    expect(await read(`sys/mounts/${name}`)).toMatchObject({
      default_lease_ttl: 60,
      max_lease_ttl: 60,
      force_no_cache: true,
    });
  });

  it('shows an auth method by either table', async () => {
    await placeMount(deps, `auth/${name}/`);
    const byAuth = await read(`sys/auth/${name}`);
    expect(byAuth).toMatchObject({ token_type: 'default-service' });
    expect(await read(`sys/mounts/auth/${name}`)).toEqual(byAuth);
  });

  it('shows the built-in mounts', async () => {
    expect(await read('sys/mounts/sys')).toMatchObject({ max_lease_ttl: 2_764_800 });
    expect(await read('sys/auth/token')).toMatchObject({ token_type: 'default-service' });
  });

  it('reports that there is no mount', async () => {
    for (const [path, shown] of [
      [`sys/mounts/${name}`, `${name}/`],
      [`sys/auth/${name}`, `auth/${name}/`],
    ]) {
      const { status, body } = await call('GET', `${path}/tune`);
      expect(status).toBe(400);
      expect(body.errors).toEqual([`cannot fetch sysview for path "${shown}"`]);
    }
  });
});

describe('tuning', () => {
  it('changes the fields that are sent and keeps the others', async () => {
    const config = { defaultLeaseTtl: 60, maxLeaseTtl: 600, forceNoCache: true, listingVisibility: 'hidden' };
    const { uuid, accessor } = await placeMount(deps, `${name}/`, { config, options: { a: '1', b: '2' } });

    const shown = await tune(`sys/mounts/${name}`, {
      default_lease_ttl: '2m',
      description: 'new',
      audit_non_hmac_request_keys: ['x'],
      passthrough_request_headers: 'X-One,X-Two',
      options: { a: '', c: '3' },
    });

    expect(shown).toEqual({
      description: 'new',
      default_lease_ttl: 120,
      max_lease_ttl: 600,
      force_no_cache: true,
      listing_visibility: 'hidden',
      audit_non_hmac_request_keys: ['x'],
      passthrough_request_headers: ['X-One', 'X-Two'],
      options: { b: '2', c: '3' },
    });
    expect((await call('GET', `sys/mounts/${name}`)).body.data).toMatchObject({ uuid, accessor });
  });

  it('removes lists, visibility and description again', async () => {
    await placeMount(deps, `${name}/`);
    await tune(`sys/mounts/${name}`, { allowed_response_headers: ['X'], listing_visibility: 'unauth' });
    const shown = await tune(`sys/mounts/${name}`, {
      allowed_response_headers: [],
      listing_visibility: '',
      description: '',
    });
    expect(shown).not.toHaveProperty('allowed_response_headers');
    expect(shown).not.toHaveProperty('listing_visibility');
    expect(shown.description).toBe('');
  });

  it('keeps a lease time that is sent empty, and resets one that is sent as `system`', async () => {
    await placeMount(deps, `${name}/`, {
      config: { defaultLeaseTtl: 60, maxLeaseTtl: 600, forceNoCache: false },
    });
    expect(await tune(`sys/mounts/${name}`, { default_lease_ttl: '' })).toMatchObject({
      default_lease_ttl: 60,
    });
    expect(
      await tune(`sys/mounts/${name}`, { default_lease_ttl: 'system', max_lease_ttl: 3_600 }),
    ).toMatchObject({ default_lease_ttl: 3_600, max_lease_ttl: 3_600 });
  });

  it('changes the token type and the lockout of an auth method, by either table', async () => {
    await placeMount(deps, `auth/${name}/`);
    expect(await tune(`sys/auth/${name}`, { token_type: 'batch' })).toMatchObject({ token_type: 'batch' });
    const shown = await tune(`sys/mounts/auth/${name}`, {
      token_type: '',
      user_lockout_config: {
        lockout_threshold: '3',
        lockout_duration: '10m',
        lockout_counter_reset_duration: 'system',
        lockout_disable: true,
      },
    });
    const lockout = {
      user_lockout_threshold: 3,
      user_lockout_duration: 600,
      user_lockout_counter_reset_duration: 0,
      user_lockout_disable: true,
    };
    expect(shown).toMatchObject({ token_type: 'default-service', ...lockout });
    const { body } = await call('GET', `sys/auth/${name}`);
    expect(body.data.config.user_lockout_config).toEqual(lockout);
  });

  it('does nothing when nothing is sent', async () => {
    await placeMount(deps, `${name}/`, { version: 7 });
    await tune(`sys/mounts/${name}`, {});
    expect((await deps.store.get(treeKey('root', `${name}/`)))?.version).toBe(7);
    expect((await call('POST', 'sys/mounts/sys/tune', { body: {} })).status).toBe(204);
  });

  it.each([
    [
      'a maximum below the default',
      { default_lease_ttl: '20', max_lease_ttl: '10' },
      'backend max lease TTL of 10 would be less than backend default lease TTL of 20',
    ],
    ['a lease time that is none', { max_lease_ttl: 'x' }, 'time: invalid duration "x"'],
    ['an unknown visibility', { listing_visibility: 'x' }, 'invalid listing_visibility x'],
    ['a token type', { token_type: 'batch' }, "'token_type' can only be modified on auth mounts"],
    ['a version that is none', { options: { version: '3' } }, 'invalid version provided: 3'],
    ['an older version', { options: { version: '1' } }, 'cannot downgrade mount from version 2'],
    [
      'another version of the plugin',
      { plugin_version: '1.0' },
      'plugin not found in the catalog: kv, version=v1.0.0',
    ],
    [
      'what is no version of a plugin',
      { plugin_version: '' },
      'version "" is not a valid semantic version: malformed version: ',
    ],
    [
      'a lockout',
      { user_lockout_config: { lockout_threshold: '1' } },
      'tuning of user lockout configuration for auth type "kv" not allowed',
    ],
  ])('refuses for a secrets engine %s', async (_what, body, text) => {
    await placeMount(deps, `${name}/`, { options: { version: '2' } });
    const before = await read(`sys/mounts/${name}`);
    expect(await refusalOf(`sys/mounts/${name}`, body)).toEqual([text]);
    expect(await read(`sys/mounts/${name}`)).toEqual(before);
  });

  it('refuses settings that an auth method cannot have', async () => {
    await placeMount(deps, `auth/${name}/`);
    expect(await refusalOf(`sys/auth/${name}`, { token_type: 'x' })).toEqual([
      "invalid value for 'token_type'",
    ]);
    expect(await refusalOf(`sys/auth/${name}`, { options: { version: '2' } })).toEqual([
      'auth method "userpass" does not allow setting a version',
    ]);
    for (const [wrong, text] of [
      [
        { lockout_threshold: '-1' },
        'unable to parse user lockout threshold: strconv.ParseUint: parsing "-1": invalid syntax',
      ],
      [{ lockout_disable: 'yes' }, 'unable to convert given user lockout config information'],
    ])
      expect(await refusalOf(`sys/auth/${name}`, { user_lockout_config: wrong })).toEqual([text]);
  });

  it('refuses all settings of built-in mounts but the audit lists, and paths without a mount', async () => {
    for (const path of ['sys', 'cubbyhole', 'identity', 'sys/x']) {
      expect(await refusalOf(`sys/mounts/${path}`, { default_lease_ttl: '1h' })).toEqual([
        `cannot tune parameter default_lease_ttl of ${path.split('/')[0]}/`,
      ]);
    }
    const lists = { audit_non_hmac_request_keys: ['a'] };
    expect(await refusalOf('sys/mounts/sys', { ...lists, description: 'x' })).toEqual([
      'cannot tune parameter description of sys/',
    ]);
    expect((await call('POST', 'sys/mounts/sys/x/tune', { body: lists })).status).toBe(204);
    expect((await call('GET', 'sys/mounts/sys/tune')).body.data).toMatchObject(lists);
    expect(await refusalOf('sys/auth/token', { options: { version: '2' } })).toEqual([
      'auth method "token" does not allow setting a version',
    ]);
    expect(await refusalOf('sys/auth/token', { token_type: 'batch' })).toEqual([
      "'token_type' cannot be set for 'token' or 'ns_token' auth mounts",
    ]);
    expect(await refusalOf(`sys/mounts/${name}`, { description: 'x' })).toEqual([
      `tune of path "${name}/" failed: no mount entry found`,
    ]);
    expect(await refusalOf(`sys/auth/${name}`, {})).toEqual([
      `tune of path "auth/${name}/" failed: no mount entry found`,
    ]);
  });

  it('does not reach into a child namespace', async () => {
    await placeMount(deps, 'kv/', { namespaceId: (await placeNamespace(deps, ROOT, name)).id });
    for (const inside of [`${name}/kv`, `${name}/sys`])
      expect(await refusalOf(`sys/mounts/${inside}`, { description: 'x' })).toEqual([
        `tune of path "${inside}/" failed: no mount entry found`,
      ]);
  });
});

describe('switching versions on', () => {
  it('warns, once, and names both versions', async () => {
    await call('POST', `sys/mounts/${name}`, { body: { type: 'kv' } });
    await call('POST', `${name}/x`, { body: { a: 1 } });

    const { status, body } = await call('POST', `sys/mounts/${name}/tune`, {
      body: { options: { version: '2' } },
    });

    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.warnings).toEqual([
      'Upgrading mount from version 1 to version 2. This mount will be unavailable for a brief period and will resume service shortly.',
    ]);
    expect((await call('GET', `${name}/data/x`)).body.data.data).toEqual({ a: 1 });
    const again = await call('POST', `sys/mounts/${name}/tune`, { body: { options: { version: 2 } } });
    expect(again.status).toBe(204);
  });
});

describe('concurrent requests', () => {
  it('lose no change of another request, nor the mark `issued`', async () => {
    const mount = await placeMount(deps, `${name}/`);
    const changes = Array.from({ length: 12 }, (_, i) =>
      call('POST', `sys/mounts/${name}/tune`, { body: { options: { [`k${i}`]: 'x' } } }),
    );
    const answers = await Promise.all([...changes, markIssued(deps.store, mount).catch(() => 'retried')]);

    const statuses = answers.slice(0, -1).map((answer) => (answer as { status: number }).status);
    expect(statuses.every((status) => status === 204)).toBe(true);
    const after = mountOf(await deps.store.get(treeKey('root', `${name}/`)));
    expect(Object.keys(after?.options ?? {})).toHaveLength(12);
    expect(after?.version).toBe(mount.version + 12 + (after?.issued ? 1 : 0));
  });

  it('do not bring back a mount that was disabled first', async () => {
    await placeMount(deps, `${name}/`);
    await Promise.all([
      ...Array.from({ length: 4 }, (_, i) =>
        call('POST', `sys/mounts/${name}/tune`, { body: { description: `${i}` } }),
      ),
      call('DELETE', `sys/mounts/${name}`),
    ]);
    expect(await deps.store.get(treeKey('root', `${name}/`))).toBeUndefined();
  });
});
