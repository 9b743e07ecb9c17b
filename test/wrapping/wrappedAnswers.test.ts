import { describe, expect, it } from 'vitest';
import { MAX_WARNED_BYTES } from '../../functions/limits.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { everythingStored } from '../engines/engineService.ts';
import { caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { INVALID, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

describe('a wrapped answer', () => {
  it('is given however long the names of unknown fields are, for the request has been done', async () => {
    const body = { policies: ['default'], ['"'.repeat(380_000)]: '' };
    const wrapped = await s.wrapped('POST', 'auth/token/create', { body });
    const { auth, warnings } = (await s.unwrap(wrapped.token)).body;
    expect(auth.client_token).toMatch(/^s\./);
    expect(warnings).toEqual([expect.stringMatching(/"…\]$/)]);
    expect(warnings[0].length).toBeLessThan(MAX_WARNED_BYTES + 100);
    const open = await s.call('POST', 'auth/token/create', { body: { ['"'.repeat(1_600_000)]: '' } });
    expect([open.status, open.body.warnings[0].length < MAX_WARNED_BYTES + 100]).toEqual([200, true]);
  });

  it('has the wrapping token and nothing else', async () => {
    const { status, body } = await s.call('GET', 'kv/app', { headers: { 'x-vault-wrap-ttl': '5m' } });

    expect(status).toBe(200);
    expect(body).toEqual({
      request_id: '',
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

  it('is unwrapped once, with its token or another token, to exactly the original', async () => {
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

  it('of a login has the accessor of the token in it', async () => {
    await placeMount(s.deps, 'auth/users/');
    await s.call('POST', 'auth/users/users/bob', { body: { password: 'pass word' } });
    const body = { password: 'pass word' };
    const info = await s.wrapped('POST', 'auth/users/login/bob', { token: '', body });

    const { auth } = (await s.unwrap(info.token)).body;

    expect(info).toMatchObject({ creation_path: 'auth/users/login/bob', wrapped_accessor: auth.accessor });
    expect((await s.call('GET', 'auth/token/lookup-self', { token: auth.client_token })).status).toBe(200);
  });

  it('of a new secret-id has the accessor of the secret-id', async () => {
    await placeMount(s.deps, 'auth/roles/', { type: 'approle' });
    await s.call('POST', 'auth/roles/role/web', { body: {} });
    const info = await s.wrapped('POST', 'auth/roles/role/web/secret-id', { body: {} });

    const { data } = (await s.unwrap(info.token)).body;

    expect(data.secret_id).toEqual(expect.any(String));
    expect(info.wrapped_accessor).toBe(data.secret_id_accessor);
  });

  it('keeps the lease, the warnings and the form of the original', async () => {
    const body = { policies: ['default', 'unheard-of'], ttl: '1h' };
    const { token } = await s.wrapped('POST', 'auth/token/create', { body });
    expect((await s.unwrap(token)).body).toMatchObject({
      data: null,
      wrap_info: null,
      warnings: ['Policy "unheard-of" does not exist'],
      auth: { lease_duration: 3_600 },
    });
  });

  it('does not exist if there is nothing to wrap', async () => {
    const headers = { 'x-vault-wrap-ttl': '60' };
    const ask = (method: string, path: string, body?: unknown) =>
      s.call(method, path, { headers, ...(body ? { body } : {}) });

    expect(await ask('POST', 'kv/other', { v: 1 })).toMatchObject({ status: 204, text: '' });
    expect(await ask('DELETE', 'kv/other')).toMatchObject({ status: 204, text: '' });
    expect(refusal(await ask('GET', 'kv/none'))).toEqual({ status: 404, errors: [] });
    expect((await ask('GET', 'sys/health')).body).toMatchObject({ initialized: true });
  });

  it('does not exist of an empty list, but of a scan of nothing', async () => {
    const headers = { 'x-vault-wrap-ttl': '60' };
    expect(refusal(await s.call('LIST', 'kv/none'))).toEqual({ status: 404, errors: [] });
    expect(refusal(await s.call('LIST', 'kv/none', { headers }))).toEqual({
      status: 404,
      errors: ['unsupported path'],
    });
    const { token } = await s.wrapped('SCAN', 'kv/none');
    expect((await s.unwrap(token)).body).toMatchObject({ data: {}, wrap_info: null });
  });

  it('keeps the id of its request and its status, also when it is wrapped again', async () => {
    await placeMount(s.deps, 'versioned/', { options: { version: '2' } });
    const { token } = await s.wrapped('GET', 'versioned/app');
    const again = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token } });
    const { status, body } = await s.unwrap(again.token);
    expect([status, body.warnings]).toEqual([404, [expect.stringContaining('Invalid path')]]);
    expect(s.deps.logged.join('\n')).toContain(body.request_id);
  });

  it('has no secret in its storage keys, and neither it nor its token in the log', async () => {
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

describe('the header X-Vault-Wrap-TTL', () => {
  const asking = (ttl: string) => s.call('GET', 'kv/app', { headers: { 'x-vault-wrap-ttl': ttl } });

  it.each([
    ['60', 60],
    ['1h30m', 5_400],
    ['2d', 172_800],
    ['500ms', 1],
    ['0.1s', 1],
  ])('of %j is %i seconds', async (ttl, seconds) => {
    expect((await asking(ttl)).body.wrap_info.ttl).toBe(seconds);
  });

  it.each(['', '0', '0s'])('of %j wraps nothing', async (ttl) => {
    expect((await asking(ttl)).body).toMatchObject({ data: { password: 's3cret' }, wrap_info: null });
  });

  it.each([
    ['-1', 'requested wrap ttl cannot be negative'],
    ['-5m', 'requested wrap ttl cannot be negative'],
    ['soon', 'time: invalid duration "soon"'],
    ['1x', 'time: unknown unit "x" in duration "1x"'],
  ])('of %j is refused', async (ttl, why) => {
    const errors = [`error parsing X-Vault-Wrap-TTL header: ${why}`];
    expect(refusal(await asking(ttl))).toEqual({ status: 400, errors });
  });

  it('is capped at the maximum TTL of the system', async () => {
    const { wrap_info, warnings } = (await asking('1000h')).body;
    expect(wrap_info.ttl).toBe(2_764_800);
    expect(warnings).toEqual([expect.stringContaining('TTL value is capped accordingly')]);
  });

  it('is refused, before anything is done, by functions that issue no tokens', async () => {
    const small = caller(s.deps, { builtin: remountRoutes, engines: {} }, s.root);
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

describe('the size of a wrapped answer', () => {
  it('is limited by the size of an item', async () => {
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
