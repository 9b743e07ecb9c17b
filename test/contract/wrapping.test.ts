/** Response wrapping, and cubbyholes (contract §2.3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { loggedIn, login, lookupSelf, PASSWORD, userpassMethod } from './credentials.ts';
import { eventually } from './eventually.ts';
import { kv1, kv2, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { move } from './moving.ts';
import { improved, NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

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

/** Reads a path wrapped, and returns the `wrap_info`. */
async function wrappedIn(mount: string, path: string): Promise<{ token: string; accessor: string }> {
  return (await must('GET', `${mount}/${path}`, { headers: { 'X-Vault-Wrap-TTL': '5m' } })).body.wrap_info;
}

const TOKEN_LEASE = expect.stringMatching(/^h[0-9A-Za-z]{24,}$/);

async function leasesBelow(path: string): Promise<string[]> {
  const { status, body } = await call('GET', `sys/leases/lookup/${path}?list=true`);
  return status === 404 ? [] : body.data.keys;
}

/** Unwraps as a client that has only the wrapping token. */
function unwrap(token: string): Promise<Answer> {
  return call('POST', 'sys/wrapping/unwrap', { token });
}

const SPENT = { status: 400, body: { errors: ['wrapping token is not valid or does not exist'] } };

describe('a wrapped answer', () => {
  it('shows its wrapping token and nothing else', async () => {
    const { status, body } = await wrappedFor('5m');
    expect(status).toBe(200);
    expect(body).toMatchObject({ lease_id: '', renewable: false, lease_duration: 0, data: null, auth: null });
    expect(body).toMatchObject({ request_id: '', warnings: null });
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
  ])('with the TTL %s lives that long', async (ttl, seconds) => {
    expect((await wrappedFor(ttl)).body.wrap_info.ttl).toBe(seconds);
  });

  it.each(['', '0', '0s'])('is sent unwrapped if the TTL is %j', async (ttl) => {
    expect((await wrappedFor(ttl)).body).toMatchObject({ data: { user: 'ann' }, wrap_info: null });
  });

  it.each(['soon', '1x'])('cannot have the TTL %s', async (ttl) => {
    const { status, body } = await wrappedFor(ttl);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(/^error parsing X-Vault-Wrap-TTL header: /);
  });

  it('cannot have a negative TTL', async () => {
    const { status, body } = await wrappedFor('-1m');
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(/requested wrap ttl cannot be negative$/);
  });

  it('is unwrapped once, by the wrapping token or by a client that names it', async () => {
    const open = (await must('GET', `${kv}/app`)).body;
    const byItself = await wrappingToken();
    expect((await unwrap(byItself)).body).toEqual({ ...open, request_id: expect.any(String) });
    expect(await unwrap(byItself)).toMatchObject(SPENT);
    const named = { body: { token: await wrappingToken() } };
    expect((await must('POST', 'sys/wrapping/unwrap', named)).body.data).toEqual({ user: 'ann' });
    expect(await call('POST', 'sys/wrapping/unwrap', named)).toMatchObject(SPENT);
  });

  it('with a new token names the accessor of that token', async () => {
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

  it('does not exist where the answer has no data', async () => {
    const sent = { headers: { 'X-Vault-Wrap-TTL': '60' }, body: { a: 1 } };
    expect(await call('POST', `${kv}/other`, sent)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `${kv}/none`, { headers: sent.headers })).toMatchObject(NOT_FOUND);
  });

  it('is not made for an empty list, which is refused with a text', async () => {
    expect(await call('GET', `${kv}/none?list=true`)).toMatchObject(NOT_FOUND);
    const sent = { headers: { 'X-Vault-Wrap-TTL': '60' } };
    const errors = ['unsupported path'];
    expect(await call('GET', `${kv}/none?list=true`, sent)).toMatchObject({ status: 404, body: { errors } });
  });

  it('may hold an empty scan', async () => {
    const { token } = await wrappedIn(kv, 'none?scan=true');
    expect((await unwrap(token)).body.data).toEqual({});
  });

  it('keeps its status: not found, but with a warning or the facts of a deleted version', async () => {
    const versioned = await kv2();
    await eventually(() => call('POST', `${versioned}/data/gone`, { body: { data: {} } }), 200);
    await must('DELETE', `${versioned}/data/gone`);
    for (const path of ['gone', 'data/gone']) {
      const open = await call('GET', `${versioned}/${path}`);
      expect(open.status).toBe(404);
      const { status, body } = await unwrap((await wrappedIn(versioned, path)).token);
      expect([status, body]).toEqual([404, { ...open.body, request_id: expect.any(String) }]);
    }
  });

  it('keeps its status: accepted', async () => {
    const sent = { headers: { 'X-Vault-Wrap-TTL': '60' } };
    const { wrap_info } = (await must('POST', 'sys/leases/tidy', sent)).body;
    expect((await unwrap(wrap_info.token)).status).toBe(202);
  });

  it('is a lease of the mount that made it, listed at the path that was asked', async () => {
    const engine = await kv1();
    await must('POST', `${engine}/dir/k`, { body: { a: 1 } });
    const { token } = await wrappedIn(engine, 'dir/k');
    await wrappedIn(engine, '?list=true');
    expect(await leasesBelow(engine)).toEqual(['dir/', TOKEN_LEASE]);
    const [name] = await leasesBelow(`${engine}/dir/k`);
    const looked = await must('PUT', 'sys/leases/lookup', { body: { lease_id: `${engine}/dir/k/${name}` } });
    expect(looked.body.data).toMatchObject({ path: `${engine}/dir/k`, renewable: false, last_renewal: null });
    expect((await unwrap(token)).status).toBe(200);
    // The reference removes the lease a moment later.
    await expect.poll(() => leasesBelow(`${engine}/dir/k`)).toEqual([]);
  });

  it.each([
    ['is moved', (engine: string) => move(engine, unique('moved'))],
    ['is disabled', (engine: string) => must('DELETE', `sys/mounts/${engine}`)],
    ['loses its leases', (engine: string) => must('POST', `sys/leases/revoke-prefix/${engine}`)],
    ['loses them by force', (engine: string) => must('POST', `sys/leases/revoke-force/${engine}`)],
    [
      'loses this lease',
      async (engine: string) => {
        const lease_id = `${engine}/k/${(await leasesBelow(`${engine}/k`))[0]}`;
        await must('POST', 'sys/leases/revoke', { body: { lease_id } });
      },
    ],
  ])('ends when the mount that made it %s', async (_, end) => {
    const engine = await kv1();
    await must('POST', `${engine}/k`, { body: { a: 1 } });
    const { token, accessor } = await wrappedIn(engine, 'k');
    await end(engine);
    expect(await unwrap(token)).toMatchObject(SPENT);
    expect(await call('POST', 'sys/wrapping/lookup', { body: { token } })).toMatchObject(SPENT);
    expect(await call('POST', 'auth/token/lookup-accessor', { body: { accessor } })).toMatchObject({
      status: 400,
    });
  });

  it('of a login ends with the method, as the token inside does', async () => {
    const auth = await userpassMethod();
    const sent = { token: '', body: { password: PASSWORD }, headers: { 'X-Vault-Wrap-TTL': '60' } };
    const { wrap_info } = (await must('POST', `${auth}/login/bob`, sent)).body;
    expect(await leasesBelow(`${auth}/login/bob`)).toEqual([TOKEN_LEASE, TOKEN_LEASE]);
    await must('DELETE', `sys/${auth}`);
    expect(await unwrap(wrap_info.token)).toMatchObject(SPENT);
  });

  it('of the system or with a new token is a lease there', async () => {
    const namespace = await newNamespace();
    const sent = { namespace, body: { a: 1 }, headers: { 'X-Vault-Wrap-TTL': '60' } };
    await must('POST', 'sys/wrapping/wrap', sent);
    await must('POST', 'auth/token/create', { ...sent, body: {} });
    const listed = async (path: string) =>
      (await must('GET', `sys/leases/lookup/${path}?list=true`, { namespace })).body.data.keys;
    expect(await listed('')).toEqual(['auth/', 'sys/']);
    expect(await listed('auth/token/create')).toHaveLength(2);
    expect(await listed('sys/wrapping/wrap')).toHaveLength(1);
    await must('POST', 'sys/leases/revoke-prefix/sys', { namespace });
    expect(await call('GET', 'sys/leases/lookup/sys?list=true', { namespace })).toMatchObject(NOT_FOUND);
  });

  improved('that was rewrapped still ends with its mount', async () => {
    const engine = await kv1();
    await must('POST', `${engine}/k`, { body: { a: 1 } });
    const { token } = await wrappedIn(engine, 'k');
    const again = await must('POST', 'sys/wrapping/rewrap', { body: { token } });
    await move(engine, unique('moved'));
    expect(await unwrap(again.body.wrap_info.token)).toMatchObject(SPENT);
  });

  it('is looked up without being consumed, and rewrapped into another token', async () => {
    const token = await wrappingToken();
    const looked = await must('POST', 'sys/wrapping/lookup', { body: { token } });
    const facts = { creation_ttl: 300, creation_path: `${kv}/app`, creation_time: expect.any(String) };
    expect(looked.body.data).toEqual(facts);
    const { wrap_info } = (await must('POST', 'sys/wrapping/rewrap', { body: { token } })).body;
    expect(wrap_info).toMatchObject({ ttl: 300, creation_path: `${kv}/app` });
    expect(await unwrap(token)).toMatchObject(SPENT);
    expect((await unwrap(wrap_info.token)).body.data).toEqual({ user: 'ann' });
  });

  it('may hold anything that is sent', async () => {
    const sent = { body: { a: { b: 1 } }, headers: { 'X-Vault-Wrap-TTL': '60' } };
    const { wrap_info } = (await must('POST', 'sys/wrapping/wrap', sent)).body;
    expect(wrap_info.creation_path).toBe('sys/wrapping/wrap');
    expect((await unwrap(wrap_info.token)).body.data).toEqual({ a: { b: 1 } });
    expect(await call('POST', 'sys/wrapping/wrap', { body: { a: 1 } })).toMatchObject(
      refused('endpoint requires response wrapping to be used'),
    );
  });

  it.each(['unwrap', 'rewrap', 'lookup'])(
    'is refused by %s without a token that wraps something',
    async (verb) => {
      const path = `sys/wrapping/${verb}`;
      const plain = await tokenWith(policyOf(['elsewhere', 'read']));
      expect(await call('POST', path, { body: { token: 'nobody' } })).toMatchObject(SPENT);
      for (const method of ['POST', 'GET', 'DELETE'])
        expect(await call(method, path, { token: plain })).toMatchObject(SPENT);
      for (const [sent, why] of [
        [{}, 'token is empty'],
        [{ body: { token: '' } }, 'empty token in request body'],
      ] as const) {
        const errors = [`error validating wrapping token: ${why}`];
        expect(await call('POST', path, { token: '', ...sent })).toMatchObject({
          status: 403,
          body: { errors },
        });
      }
    },
  );

  it('may be required by a policy', async () => {
    const policy = `path "${kv}/*" { capabilities = ["read"] min_wrapping_ttl = "1m" max_wrapping_ttl = "1h" }`;
    const token = await tokenWith(policy);
    expect(await call('GET', `${kv}/app`, { token })).toMatchObject(NOT_AUTHORIZED);
    for (const ttl of ['30s', '2h']) expect(await wrappedFor(ttl, { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await wrappedFor('2m', { token })).toMatchObject({ status: 200 });
  });
});

describe('a cubbyhole', () => {
  it('stores, lists and deletes what its token sends', async () => {
    const token = await tokenWith(policyOf(['none', 'read']));
    const path = 'cubbyhole/dir/a';
    expect(await call('POST', path, { token, body: { a: 1 } })).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', path, { token })).body).toMatchObject({ data: { a: 1 }, lease_duration: 0 });
    expect((await must('GET', 'cubbyhole?list=true', { token })).body.data).toEqual({ keys: ['dir/'] });
    expect(await call('DELETE', path, { token })).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', path, { token })).toMatchObject(NOT_FOUND);
  });

  improved('refuses an empty write', async () => {
    expect(await call('POST', 'cubbyhole/a', { body: {} })).toMatchObject(refused('missing data fields'));
  });

  it('survives moves of methods that did not issue its token', async () => {
    const [theirs, moving] = await Promise.all([userpassMethod(), userpassMethod()]);
    const token = await loggedIn(theirs);
    await must('POST', 'cubbyhole/a', { token, body: { x: 1 } });
    await move(moving, `auth/${unique('moved')}`);
    expect((await must('GET', 'cubbyhole/a', { token })).body.data).toEqual({ x: 1 });
  });

  it('is open to its own token only, which has another one in each namespace', async () => {
    const namespace = await newNamespace();
    const path = 'cubbyhole/a';
    const [one, other] = await Promise.all([1, 2].map(() => tokenWith(policyOf(['+/cubbyhole/*', 'read']))));
    await must('POST', path, { token: one as string, body: { a: 1 } });
    expect(await call('GET', path, { token: other as string })).toMatchObject(NOT_FOUND);
    expect(await call('GET', path)).toMatchObject(NOT_FOUND);
    expect(await call('GET', path, { token: one as string, namespace })).toMatchObject(NOT_FOUND);
  });
});
