/** Response wrapping, and what a token keeps for itself (contract §2.3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { loggedIn, login, lookupSelf, userpassMethod } from './credentials.ts';
import { kv1, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { move } from './moving.ts';
import { NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

let kv: string;
beforeAll(async () => {
  kv = await kv1();
  await must('POST', `${kv}/app`, { body: { user: 'ann' } });
});

function wrappedFor(ttl: string, sent: Sent = {}): Promise<Answer> {
  return call('GET', `${kv}/app`, { ...sent, headers: { 'X-Vault-Wrap-TTL': ttl } });
}

async function wrappingToken(): Promise<string> {
  return (await wrappedFor('5m')).body.wrap_info.token;
}

/** As a client that has nothing but the wrapping token. */
function unwrap(token: string): Promise<Answer> {
  return call('POST', 'sys/wrapping/unwrap', { token });
}

const SPENT = { status: 400, body: { errors: ['wrapping token is not valid or does not exist'] } };

describe('a wrapped answer', () => {
  it('tells of its token and nothing else', async () => {
    const { status, body } = await wrappedFor('5m');
    expect(status).toBe(200);
    expect(body).toMatchObject({ lease_id: '', renewable: false, lease_duration: 0, data: null, auth: null });
    expect(body.wrap_info).toEqual({
      token: expect.any(String),
      accessor: expect.any(String),
      ttl: 300,
      creation_time: expect.stringMatching(/^\d{4}-.*(Z|[+-]\d\d:\d\d)$/),
      creation_path: `${kv}/app`,
    });
  });

  it.each([
    ['60', 60],
    ['90s', 90],
    ['1h30m', 5_400],
  ])('for %s waits that long', async (ttl, seconds) => {
    expect((await wrappedFor(ttl)).body.wrap_info.ttl).toBe(seconds);
  });

  it.each(['', '0', '0s'])('is none for %j', async (ttl) => {
    expect((await wrappedFor(ttl)).body).toMatchObject({ data: { user: 'ann' }, wrap_info: null });
  });

  it.each(['soon', '1x'])('cannot wait for %s', async (ttl) => {
    const { status, body } = await wrappedFor(ttl);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(/^error parsing X-Vault-Wrap-TTL header: /);
  });

  it('cannot wait for less than nothing', async () => {
    const { status, body } = await wrappedFor('-1m');
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(/requested wrap ttl cannot be negative$/);
  });

  it('is unwrapped once, by its token or by who names it', async () => {
    const open = (await must('GET', `${kv}/app`)).body;
    const byItself = await wrappingToken();
    expect((await unwrap(byItself)).body).toEqual({ ...open, request_id: expect.any(String) });
    expect(await unwrap(byItself)).toMatchObject(SPENT);
    const named = { body: { token: await wrappingToken() } };
    expect((await must('POST', 'sys/wrapping/unwrap', named)).body.data).toEqual({ user: 'ann' });
    expect(await call('POST', 'sys/wrapping/unwrap', named)).toMatchObject(SPENT);
  });

  it('of a login names the accessor of the token in it', async () => {
    const auth = await userpassMethod();
    const { body } = await login(auth);
    expect(body.wrap_info).toBeNull();
    const create = { headers: { 'X-Vault-Wrap-TTL': '60' }, body: { policies: ['default'] } };
    const { wrap_info } = (await must('POST', 'auth/token/create', create)).body;
    const inside = (await unwrap(wrap_info.token)).body;
    expect(wrap_info.wrapped_accessor).toBe(inside.auth.accessor);
    expect(inside).toMatchObject({ data: null, wrap_info: null });
    expect(await lookupSelf(inside.auth.client_token)).toMatchObject({ status: 200 });
  });

  it('is none where nothing is answered', async () => {
    const sent = { headers: { 'X-Vault-Wrap-TTL': '60' }, body: { a: 1 } };
    expect(await call('POST', `${kv}/other`, sent)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `${kv}/none`, { headers: sent.headers })).toMatchObject(NOT_FOUND);
  });

  it('may be that of a list of nothing, which is not found when it is asked for openly', async () => {
    expect(await call('GET', `${kv}/none?list=true`)).toMatchObject(NOT_FOUND);
    const { body } = await must('GET', `${kv}/none?list=true`, { headers: { 'X-Vault-Wrap-TTL': '60' } });
    expect((await unwrap(body.wrap_info.token)).status).toBe(200);
  });

  it('is there after the mount that it came from has moved', async () => {
    const [engine, target] = [await kv1(), unique('moved')];
    await must('POST', `${engine}/k`, { body: { a: 1 } });
    const { body } = await must('GET', `${engine}/k`, { headers: { 'X-Vault-Wrap-TTL': '60' } });
    await move(engine, target);
    expect((await unwrap(body.wrap_info.token)).body.data).toEqual({ a: 1 });
  });

  it('is looked up without being used up, and rewrapped into another token', async () => {
    const token = await wrappingToken();
    const looked = await must('POST', 'sys/wrapping/lookup', { body: { token } });
    const facts = { creation_ttl: 300, creation_path: `${kv}/app`, creation_time: expect.any(String) };
    expect(looked.body.data).toEqual(facts);
    const { wrap_info } = (await must('POST', 'sys/wrapping/rewrap', { body: { token } })).body;
    expect(wrap_info).toMatchObject({ ttl: 300, creation_path: `${kv}/app` });
    expect(await unwrap(token)).toMatchObject(SPENT);
    expect((await unwrap(wrap_info.token)).body.data).toEqual({ user: 'ann' });
  });

  it('may be of anything that is sent', async () => {
    const sent = { body: { a: { b: 1 } }, headers: { 'X-Vault-Wrap-TTL': '60' } };
    const { wrap_info } = (await must('POST', 'sys/wrapping/wrap', sent)).body;
    expect(wrap_info.creation_path).toBe('sys/wrapping/wrap');
    expect((await unwrap(wrap_info.token)).body.data).toEqual({ a: { b: 1 } });
    expect(await call('POST', 'sys/wrapping/wrap', { body: { a: 1 } })).toMatchObject(
      refused('endpoint requires response wrapping to be used'),
    );
  });

  it('needs some token to be looked up, unwrapped or rewrapped', async () => {
    const empty = (why: string) => ({
      status: 403,
      body: { errors: [`error validating wrapping token: ${why}`] },
    });
    for (const verb of ['lookup', 'unwrap', 'rewrap']) {
      const path = `sys/wrapping/${verb}`;
      expect(await call('POST', path, { token: '', body: {} })).toMatchObject(empty('token is empty'));
      expect(await call('POST', path, { token: '', body: { token: '' } })).toMatchObject(
        empty('empty token in request body'),
      );
    }
  });

  it('is not opened by what is no wrapping token', async () => {
    expect(await call('POST', 'sys/wrapping/unwrap', { body: { token: 'nobody' } })).toMatchObject(SPENT);
  });

  it('is demanded by a policy', async () => {
    const policy = `path "${kv}/*" { capabilities = ["read"] min_wrapping_ttl = "1m" max_wrapping_ttl = "1h" }`;
    const token = await tokenWith(policy);
    expect(await call('GET', `${kv}/app`, { token })).toMatchObject(NOT_AUTHORIZED);
    for (const ttl of ['30s', '2h']) expect(await wrappedFor(ttl, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await wrappedFor('2m', { token })).toMatchObject({ status: 200 });
  });
});

describe('a cubbyhole', () => {
  it('keeps, lists and forgets what its token says', async () => {
    const token = await tokenWith(policyOf(['none', 'read']));
    const path = 'cubbyhole/dir/a';
    expect(await call('POST', path, { token, body: { a: 1 } })).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', path, { token })).body).toMatchObject({ data: { a: 1 }, lease_duration: 0 });
    expect((await must('GET', 'cubbyhole?list=true', { token })).body.data).toEqual({ keys: ['dir/'] });
    expect(await call('POST', path, { token, body: {} })).toMatchObject(refused('missing data fields'));
    expect(await call('DELETE', path, { token })).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', path, { token })).toMatchObject(NOT_FOUND);
  });

  it('outlives the moves of other methods than its token’s', async () => {
    const [theirs, moving] = await Promise.all([userpassMethod(), userpassMethod()]);
    const token = await loggedIn(theirs);
    await must('POST', 'cubbyhole/a', { token, body: { x: 1 } });
    await move(moving, `auth/${unique('moved')}`);
    expect((await must('GET', 'cubbyhole/a', { token })).body.data).toEqual({ x: 1 });
  });

  it('is open to its own token alone, and to it in each namespace another one', async () => {
    const namespace = await newNamespace();
    const path = 'cubbyhole/a';
    const [one, other] = await Promise.all([1, 2].map(() => tokenWith(policyOf(['+/cubbyhole/*', 'read']))));
    await must('POST', path, { token: one as string, body: { a: 1 } });
    expect(await call('GET', path, { token: other as string })).toMatchObject(NOT_FOUND);
    expect(await call('GET', path)).toMatchObject(NOT_FOUND);
    expect(await call('GET', path, { token: one as string, namespace })).toMatchObject(NOT_FOUND);
  });
});
