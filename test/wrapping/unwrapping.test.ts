import { describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { DENIED, INVALID, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

describe('unwrapping', () => {
  it('takes only wrapping tokens', async () => {
    const plain = await s.token({ policies: ['default'] });
    for (const token of [plain.client_token, s.root, 'nonsense']) {
      for (const path of ['unwrap', 'rewrap', 'lookup']) {
        const answer = await s.call('POST', `sys/wrapping/${path}`, { body: { token } });
        expect([path, refusal(answer)]).toEqual([path, INVALID]);
      }
      expect(refusal(await s.unwrap(token))).toEqual(INVALID);
    }
  });

  it('needs a token, and a capability unless that is the wrapping token', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const weak = await s.token({ policies: ['unheard-of'], no_default_policy: true });

    expect(refusal(await s.call('POST', 'sys/wrapping/unwrap', { token: '' }))).toEqual({
      status: 403,
      errors: ['error validating wrapping token: token is empty'],
    });
    expect(refusal(await s.unwrapNamed(token, { token: weak.client_token }))).toEqual(DENIED);
    expect((await s.unwrapNamed(token)).status).toBe(200);
  });

  it('can wrap again what it unwraps', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const again = await s.wrapped('POST', 'sys/wrapping/unwrap', { body: { token } }, '30');
    expect(again).toMatchObject({ ttl: 30, creation_path: 'sys/wrapping/unwrap' });
    expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
    expect((await s.unwrap(again.token)).body.data).toEqual({ password: 's3cret' });
  });
});

describe('sys/wrapping', () => {
  it('wraps what was sent', async () => {
    const body = { user: 'bob', token: 'some value', list: [1, 2] };
    const info = await s.wrapped('POST', 'sys/wrapping/wrap', { body });
    expect(info.creation_path).toBe('sys/wrapping/wrap');
    expect((await s.unwrap(info.token)).body.data).toEqual(body);
    expect(refusal(await s.call('POST', 'sys/wrapping/wrap', { body }))).toEqual({
      status: 400,
      errors: ['endpoint requires response wrapping to be used'],
    });
  });

  it('looks up without using up, for anybody who has the wrapping token', async () => {
    const { token, creation_time } = await s.wrapped('GET', 'kv/app');
    const expected = { creation_ttl: 60, creation_time, creation_path: 'kv/app' };
    for (const options of [{ token: '', body: { token } }, { token }, { body: { token } }]) {
      const { status, body } = await s.call('POST', 'sys/wrapping/lookup', options);
      expect([status, body.data]).toEqual([200, expected]);
    }
    expect((await s.call('GET', 'sys/wrapping/lookup', { token })).body.data).toEqual(expected);
    expect((await s.unwrap(token)).status).toBe(200);
    expect((await s.call('POST', 'sys/wrapping/lookup', { token: '' })).status).toBe(403);
  });

  it('rewraps: a new token for the same answer, with the same creation path', async () => {
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

  it('rewraps with a shorter TTL if asked, never with a longer one', async () => {
    const first = await s.wrapped('GET', 'kv/app');
    const shorter = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token: first.token } }, '20');
    const longer = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token: shorter.token } }, '1h');
    expect([shorter.ttl, longer.ttl]).toEqual([20, 20]);
  });
});
