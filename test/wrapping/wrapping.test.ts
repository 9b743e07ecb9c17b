import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { cubbyholePartition } from '../../functions/ports/keys.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { everythingStored } from '../engines/engineService.ts';
import { caller } from '../support/call.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type Auth, refusal, wrapper } from '../support/world.ts';
import { INVALID, type WrapService, wrapService } from './wrapService.ts';

const DENIED = { status: 403, errors: [wrapper('permission denied')] };

let s: WrapService;
beforeAll(async () => {
  s = await wrapService();
});
afterAll(() => s.stop());

describe('a wrapped answer', () => {
  it('tells of a token and nothing else', async () => {
    const { status, body } = await s.call('GET', 'kv/app', { headers: { 'x-vault-wrap-ttl': '5m' } });

    expect(status).toBe(200);
    expect(body).toEqual({
      request_id: expect.any(String),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: {
        token: expect.stringMatching(/^s\.[0-9A-Za-z]{24}$/),
        accessor: expect.any(String),
        ttl: 300,
        creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        creation_path: 'kv/app',
      },
      warnings: null,
      auth: null,
    });
  });

  it('is unwrapped by its token, or by another that names it, to what it was, once', async () => {
    const text = '{"big":12345678901234567890,"n":1.50}';
    await s.call('POST', 'kv/exact', { body: text });
    const open = await s.call('GET', 'kv/exact');
    for (const unwrap of [s.unwrap, s.unwrapNamed]) {
      const { token } = await s.wrapped('GET', 'kv/exact');

      const first = await unwrap(token);

      expect(first.status).toBe(200);
      expect(first.text).toContain(`"data":${text}`);
      expect(first.body).toEqual({ ...open.body, request_id: expect.any(String) });
      expect(refusal(await unwrap(token))).toEqual(INVALID);
      expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
    }
  });

  it('of a login names the accessor of the token in it', async () => {
    await placeMount(s.deps, 'auth/users/');
    await s.call('POST', 'auth/users/users/bob', { body: { password: 'pass word' } });
    const body = { password: 'pass word' };
    const info = await s.wrapped('POST', 'auth/users/login/bob', { token: '', body });

    const { auth } = (await s.unwrap(info.token)).body;

    expect(info).toMatchObject({ creation_path: 'auth/users/login/bob', wrapped_accessor: auth.accessor });
    expect((await s.call('GET', 'auth/token/lookup-self', { token: auth.client_token })).status).toBe(200);
  });

  it('of a secret-id names the accessor of that', async () => {
    await placeMount(s.deps, 'auth/roles/', { type: 'approle' });
    await s.call('POST', 'auth/roles/role/web', { body: {} });
    const info = await s.wrapped('POST', 'auth/roles/role/web/secret-id', { body: {} });

    const { data } = (await s.unwrap(info.token)).body;

    expect(data.secret_id).toEqual(expect.any(String));
    expect(info.wrapped_accessor).toBe(data.secret_id_accessor);
  });

  it('keeps lease, warnings and the form of the original', async () => {
    const body = { policies: ['default', 'unheard-of'], ttl: '1h' };
    const { token } = await s.wrapped('POST', 'auth/token/create', { body });
    expect((await s.unwrap(token)).body).toMatchObject({
      data: null,
      wrap_info: null,
      warnings: ['Policy "unheard-of" does not exist'],
      auth: { lease_duration: 3_600 },
    });
  });

  it('is none where there is nothing to wrap', async () => {
    const headers = { 'x-vault-wrap-ttl': '60' };
    const ask = (method: string, path: string, body?: unknown) =>
      s.call(method, path, { headers, ...(body ? { body } : {}) });

    expect(await ask('POST', 'kv/other', { v: 1 })).toMatchObject({ status: 204, text: '' });
    expect(await ask('DELETE', 'kv/other')).toMatchObject({ status: 204, text: '' });
    expect(refusal(await ask('GET', 'kv/none'))).toEqual({ status: 404, errors: [] });
    expect((await ask('GET', 'sys/health')).body).toMatchObject({ initialized: true });
  });

  it('may be that of a list of nothing, which is not found when it is asked for openly', async () => {
    expect(refusal(await s.call('LIST', 'kv/none'))).toEqual({ status: 404, errors: [] });
    const { token } = await s.wrapped('LIST', 'kv/none');
    expect((await s.unwrap(token)).body).toMatchObject({ data: {}, wrap_info: null });
  });

  it('is stored under no secret, and neither it nor its token is logged', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    await s.unwrap(token);
    const other = await s.wrapped('GET', 'kv/app');

    const keys = (await everythingStored(s.deps)).map(({ pk, sk }) => `${pk} ${sk}`).join('\n');
    for (const secret of [token, other.token, 's3cret']) {
      expect(keys).not.toContain(secret);
      expect(s.deps.logged.join('\n')).not.toContain(secret);
    }
  });
});

describe('the header', () => {
  const asking = (ttl: string) => s.call('GET', 'kv/app', { headers: { 'x-vault-wrap-ttl': ttl } });

  it.each([
    ['60', 60],
    ['1h30m', 5_400],
    ['2d', 172_800],
    ['500ms', 1],
    ['0.1s', 1],
  ])('%j is %i seconds', async (ttl, seconds) => {
    expect((await asking(ttl)).body.wrap_info.ttl).toBe(seconds);
  });

  it.each(['', '0', '0s'])('%j asks for nothing', async (ttl) => {
    expect((await asking(ttl)).body).toMatchObject({ data: { password: 's3cret' }, wrap_info: null });
  });

  it.each([
    ['-1', 'requested wrap ttl cannot be negative'],
    ['-5m', 'requested wrap ttl cannot be negative'],
    ['soon', 'time: invalid duration "soon"'],
    ['1x', 'time: invalid duration "1x"'],
  ])('%j is refused', async (ttl, why) => {
    const errors = [`error parsing X-Vault-Wrap-TTL header: ${why}`];
    expect(refusal(await asking(ttl))).toEqual({ status: 400, errors });
  });

  it('asks for no longer than the system allows', async () => {
    const { wrap_info, warnings } = (await asking('1000h')).body;
    expect(wrap_info.ttl).toBe(2_764_800);
    expect(warnings).toEqual([expect.stringContaining('TTL value is capped accordingly')]);
  });

  it('is refused, before anything is done, by the functions that make no tokens', async () => {
    const small = caller(s.deps, { builtin: remountRoutes, engines: {}, wrapsNothing: true }, s.root);
    await placeMount(s.deps, 'moving/');
    const answer = await small('POST', 'sys/remount', {
      body: { from: 'moving', to: 'moved' },
      headers: { 'x-vault-wrap-ttl': '60' },
    });
    expect(refusal(answer)).toEqual({
      status: 400,
      errors: ['responses of this endpoint cannot be wrapped'],
    });
    expect(s.deps.started).toEqual([]);
  });
});

describe('a wrapping token', () => {
  it('ends with its time', async () => {
    const { token } = await s.wrapped('GET', 'kv/app', {}, '10');
    s.deps.clock.pass(10_000);

    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
    expect(refusal(await s.call('POST', 'sys/wrapping/lookup', { body: { token } }))).toEqual(INVALID);
  });

  it('is good for what became of who asked', async () => {
    await s.policy('reader', 'path "kv/*" { capabilities = ["read"] }');
    const asker = await s.token({ policies: ['reader'] });
    const { token } = await s.wrapped('GET', 'kv/app', { token: asker.client_token });
    await s.call('POST', 'auth/token/revoke', { body: { token: asker.client_token } });

    expect((await s.unwrap(token)).body.data).toEqual({ password: 's3cret' });
  });

  it('is revoked by its accessor, with what it wraps', async () => {
    const { token, accessor } = await s.wrapped('GET', 'kv/app');
    const range = { table: 'storage', pk: cubbyholePartition(accessor) } as const;
    expect(await s.deps.store.query(range)).toHaveLength(1);

    await s.call('POST', 'auth/token/revoke-accessor', { body: { accessor } });

    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    expect(await s.deps.store.query(range)).toEqual([]);
  });

  it('leaves nothing behind when it is used', async () => {
    const { token, accessor } = await s.wrapped('GET', 'kv/app');
    await s.unwrap(token);

    const left = (await everythingStored(s.deps)).filter((item) => JSON.stringify(item).includes(accessor));
    expect(left).toEqual([]);
    const partition = { table: 'storage', pk: cubbyholePartition(accessor) } as const;
    expect(await s.deps.store.query(partition)).toEqual([]);
  });

  it('is described as what it is', async () => {
    const { accessor } = await s.wrapped('GET', 'kv/app');
    const { data } = (await s.call('POST', 'auth/token/lookup-accessor', { body: { accessor } })).body;
    expect(data).toMatchObject({
      path: 'kv/app',
      policies: ['response-wrapping'],
      num_uses: 1,
      orphan: true,
      renewable: false,
      explicit_max_ttl: 60,
    });
    const leases = await s.call('LIST', 'sys/leases/lookup/auth/token/wrapping');
    const [random] = leases.body.data.keys as string[];
    const lease_id = `auth/token/wrapping/${random}`;
    expect((await s.call('POST', 'sys/leases/lookup', { body: { lease_id } })).body.data.id).toBe(lease_id);
  });

  it('opens nothing else, and is used up by the attempt', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(refusal(await s.call('GET', 'kv/app', { token }))).toEqual(DENIED);
    expect(refusal(await s.unwrap(token))).toEqual(INVALID);
  });

  it('has a policy that is what it is', async () => {
    const { data } = (await s.call('GET', 'sys/policies/acl/response-wrapping')).body;
    expect(data.policy).toContain('sys/wrapping/unwrap');
    expect((await s.call('LIST', 'sys/policies/acl')).body.data.keys).not.toContain('response-wrapping');
  });
});

describe('unwrapping', () => {
  it('takes wrapping tokens alone', async () => {
    const plain = await s.token({ policies: ['default'] });
    for (const token of [plain.client_token, s.root, 'nonsense']) {
      for (const path of ['unwrap', 'rewrap', 'lookup']) {
        const answer = await s.call('POST', `sys/wrapping/${path}`, { body: { token } });
        expect([path, refusal(answer)]).toEqual([path, INVALID]);
      }
      expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    }
  });

  it('needs a token, and the right to do it for who is not the wrapping token', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const weak = await s.token({ policies: ['unheard-of'], no_default_policy: true });

    expect(refusal(await s.call('POST', 'sys/wrapping/unwrap', { token: '' }))).toEqual({
      status: 403,
      errors: ['permission denied'],
    });
    expect(refusal(await s.unwrapNamed(token, { token: weak.client_token }))).toEqual(DENIED);
    expect((await s.unwrapNamed(token)).status).toBe(200);
  });

  it('may wrap again what it unwraps', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const again = await s.wrapped('POST', 'sys/wrapping/unwrap', { body: { token } }, '30');
    expect(again).toMatchObject({ ttl: 30, creation_path: 'sys/wrapping/unwrap' });
    expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
    expect((await s.unwrap(again.token)).body.data).toEqual({ password: 's3cret' });
  });
});

describe('sys/wrapping', () => {
  it('wraps what is sent', async () => {
    const body = { user: 'bob', token: 'some value', list: [1, 2] };
    const info = await s.wrapped('POST', 'sys/wrapping/wrap', { body });
    expect(info.creation_path).toBe('sys/wrapping/wrap');
    expect((await s.unwrap(info.token)).body.data).toEqual(body);
    expect(refusal(await s.call('POST', 'sys/wrapping/wrap', { body }))).toEqual({
      status: 400,
      errors: ['endpoint requires response wrapping to be used'],
    });
  });

  it('looks up without using up, for whoever knows the token', async () => {
    const { token, creation_time } = await s.wrapped('GET', 'kv/app');
    const expected = { creation_ttl: 60, creation_time, creation_path: 'kv/app' };
    for (const options of [{ token: '', body: { token } }, { token }, { body: { token } }]) {
      const { status, body } = await s.call('POST', 'sys/wrapping/lookup', options);
      expect([status, body.data]).toEqual([200, expected]);
    }
    expect((await s.call('GET', 'sys/wrapping/lookup', { token })).body.data).toEqual(expected);
    expect((await s.unwrap(token)).status).toBe(200);
    expect(refusal(await s.call('POST', 'sys/wrapping/lookup', { token: '' }))).toEqual(INVALID);
  });

  it('rewraps: a new token for the same answer, from the same place', async () => {
    const old = await s.wrapped('POST', 'auth/token/create', { body: { policies: ['default'] } });

    const answer = await s.call('POST', 'sys/wrapping/rewrap', { body: { token: old.token } });

    const info = answer.body.wrap_info;
    expect(info).toMatchObject({
      ttl: 60,
      creation_path: 'auth/token/create',
      wrapped_accessor: old.wrapped_accessor,
    });
    expect(refusal(await s.unwrapNamed(old.token))).toEqual(INVALID);
    expect((await s.unwrap(info.token)).body.auth.accessor).toBe(old.wrapped_accessor);
  });

  it('rewraps for a shorter time if asked, never for a longer one', async () => {
    const first = await s.wrapped('GET', 'kv/app');
    const shorter = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token: first.token } }, '20');
    const longer = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token: shorter.token } }, '1h');
    expect([shorter.ttl, longer.ttl]).toEqual([20, 20]);
  });
});

describe('policies', () => {
  const ask = async (policy: string, ttl?: string) => {
    const name = s.deps.ids.hex(8);
    await s.policy(name, `path "kv/*" { capabilities = ["read", "update", "create"]\n${policy} }`);
    const { client_token } = await s.token({ policies: [name], no_default_policy: true });
    const headers: Record<string, string> = ttl === undefined ? {} : { 'x-vault-wrap-ttl': ttl };
    return s.call('GET', 'kv/app', { token: client_token, headers });
  };
  const BOUNDS = 'min_wrapping_ttl = "10s"\nmax_wrapping_ttl = "1m"';

  it.each([
    [BOUNDS, '10'],
    [BOUNDS, '60'],
    ['min_wrapping_ttl = "10s"', '1h'],
    ['max_wrapping_ttl = "1m"', '1'],
  ])('%j let an answer through that is wrapped for %s', async (policy, ttl) => {
    expect((await ask(policy, ttl)).body.wrap_info.ttl).toBeGreaterThan(0);
  });

  it.each([
    [BOUNDS, '9'],
    [BOUNDS, '61'],
    [BOUNDS, '0'],
    [BOUNDS, undefined],
    ['max_wrapping_ttl = "1m"', undefined],
    ['min_wrapping_ttl = "10s"', undefined],
  ])('%j refuse one that is wrapped for %s', async (policy, ttl) => {
    expect(refusal(await ask(policy, ttl))).toEqual(DENIED);
  });
});

describe('namespaces', () => {
  let child: string;
  let other: string;
  beforeAll(async () => {
    [child, other] = [s.deps.ids.base62(6), s.deps.ids.base62(6)];
    for (const name of [child, other]) await placeNamespace(s.deps, ROOT, name);
    const all = 'path "*" { capabilities = ["create", "read", "update", "sudo"] }';
    for (const name of [child, other]) {
      await s.call('POST', 'sys/policies/acl/all', { namespace: name, body: { policy: all } });
    }
  });
  const wrapIn = (namespace: string) => s.wrapped('POST', 'sys/wrapping/wrap', { namespace, body: { v: 1 } });
  const tokenOf = async (namespace: string): Promise<Auth> =>
    (await s.call('POST', 'auth/token/create', { namespace, body: { policies: ['all'] } })).body.auth;

  it('give their wrapping tokens a suffix, by which they find home from anywhere', async () => {
    for (const namespace of ['', child, other]) {
      const { token } = await wrapIn(child);
      expect(token).toMatch(/\.[0-9A-Za-z]{6}$/);
      expect((await s.unwrap(token, { namespace })).body.data).toEqual({ v: 1 });
    }
  });

  it('are opened from above, not from beside or below', async () => {
    const inChild = await wrapIn(child);
    const inRoot = await s.wrapped('POST', 'sys/wrapping/wrap', { body: { v: 1 } });
    const { client_token } = await tokenOf(other);
    for (const { token } of [inChild, inRoot]) {
      const asked = { token: client_token, namespace: other };
      expect(refusal(await s.unwrapNamed(token, asked))).toEqual(INVALID);
      const lookup = await s.call('POST', 'sys/wrapping/lookup', { ...asked, body: { token } });
      expect(refusal(lookup)).toEqual(INVALID);
    }
    expect((await s.unwrapNamed(inChild.token)).body.data).toEqual({ v: 1 });
  });
});

describe('the size of a wrapped answer', () => {
  it('ends at the size of an item', async () => {
    const headers = { 'x-vault-wrap-ttl': '60' };
    const wrap = (length: number) =>
      s.call('POST', 'sys/wrapping/wrap', { headers, body: { v: 'x'.repeat(length) } });

    expect((await wrap(390_000)).status).toBe(200);
    expect(refusal(await wrap(395_000))).toEqual({
      status: 413,
      errors: ['a wrapped response is at most 395000 bytes large'],
    });
  });

  it('fits the largest secret', async () => {
    await s.call('POST', 'kv/large', { body: { v: 'x'.repeat(379_990) } });
    const { token } = await s.wrapped('GET', 'kv/large');
    expect((await s.unwrap(token)).body.data.v).toHaveLength(379_990);
  });
});
