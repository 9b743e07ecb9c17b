import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markRevoked, revokeToken } from '../../functions/credentials/revokeToken.ts';
import type { Item, Store } from '../../functions/ports/store.ts';
import { cubbyholePartition, sha256, tokenKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import type { Caller } from '../support/call.ts';
import { interleaved } from '../support/interleave.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runMigration } from '../support/workflow.ts';
import { type Auth, refusal, type World, world, wrapper } from '../support/world.ts';

const NOTHING = { status: 404, errors: [] };

let w: World;
let call: Caller;
let own: Auth;
/** The token of most requests. */
let token: string;

beforeAll(async () => {
  w = await world();
  call = w.call;
});
afterAll(() => w.stop());
beforeEach(async () => {
  own = await w.token({ policies: ['default'], ttl: '1h' });
  token = own.client_token;
});

/** The items in the storage of a token. */
function kept({ accessor }: Pick<Auth, 'accessor'>): Promise<Item[]> {
  return w.deps.store.query({ table: 'storage', pk: cubbyholePartition(accessor) });
}

function callOn(store: Store): Caller {
  return w.callOn({ store });
}

describe('a cubbyhole', () => {
  it('returns exactly what its token wrote', async () => {
    const text = '{"password":"x","big":12345678901234567890,"nested":{"list":[1.50]}}';
    expect(await call('POST', 'cubbyhole/app/db', { token, body: text })).toMatchObject({
      status: 204,
      text: '',
    });

    const { status, body, text: answer } = await call('GET', 'cubbyhole/app/db', { token });

    expect(status).toBe(200);
    expect(answer).toContain(`"data":${text}`);
    expect(body).toMatchObject({ lease_id: '', lease_duration: 0, renewable: false, auth: null });
  });

  it('replaces, lists and deletes', async () => {
    for (const path of ['a', 'dir/b', 'dir/deep/c'])
      await call('PUT', `cubbyhole/${path}`, { token, body: { v: 1 } });
    await call('POST', 'cubbyhole/a', { token, body: { w: 2 } });

    expect((await call('GET', 'cubbyhole/a', { token })).body.data).toEqual({ w: 2 });
    expect((await call('LIST', 'cubbyhole', { token })).body.data).toEqual({ keys: ['a', 'dir/'] });
    expect((await call('LIST', 'cubbyhole/dir', { token })).body.data).toEqual({ keys: ['b', 'deep/'] });
    expect((await call('DELETE', 'cubbyhole/dir/b', { token })).status).toBe(204);
    expect((await call('DELETE', 'cubbyhole/dir/b', { token })).status).toBe(204);
    expect(refusal(await call('GET', 'cubbyhole/dir/b', { token }))).toEqual(NOTHING);
    expect((await call('LIST', 'cubbyhole/dir', { token })).body.data).toEqual({ keys: ['deep/'] });
    expect(refusal(await call('LIST', 'cubbyhole/none', { token }))).toEqual(NOTHING);
  });

  it('refuses what kv refuses', async () => {
    const long = `cubbyhole/${'p'.repeat(901)}`;
    const value = { v: 'x'.repeat(380_000) };
    const rows: [string, unknown, number, string][] = [
      ['cubbyhole/a', {}, 400, 'missing data fields'],
      ['cubbyhole', { v: 1 }, 400, 'missing path'],
      ['cubbyhole/a/', { v: 1 }, 400, "cannot write to a path ending in '/'"],
      [long, { v: 1 }, 400, 'the path of a secret is at most 900 bytes long'],
      ['cubbyhole/a', value, 413, 'a secret is at most 380000 bytes large'],
    ];
    for (const [path, body, status, text] of rows) {
      const answer = await call('POST', path, { token: w.root, body });
      expect([path, refusal(answer)]).toEqual([path, { status, errors: [text] }]);
    }
  });

  it('can be read by its token only', async () => {
    await call('POST', 'cubbyhole/mine', { token, body: { v: 1 } });
    const child = await w.token({ policies: ['default'] }, { token: w.root });

    for (const other of [w.root, child.client_token]) {
      expect(refusal(await call('GET', 'cubbyhole/mine', { token: other }))).toEqual(NOTHING);
      expect(refusal(await call('LIST', 'cubbyhole', { token: other }))).toEqual(NOTHING);
      await call('DELETE', 'cubbyhole/mine', { token: other });
    }
    expect((await call('GET', 'cubbyhole/mine', { token })).status).toBe(200);
  });

  it('distinguishes the capabilities `create` and `update`', async () => {
    await w.policy('creator', 'path "cubbyhole/*" { capabilities = ["create", "read"] }');
    const { client_token } = await w.token({ policies: ['creator'], no_default_policy: true });
    const write = () => call('POST', 'cubbyhole/once', { token: client_token, body: { v: 1 } });

    expect((await write()).status).toBe(204);
    expect(refusal(await write())).toEqual({ status: 403, errors: [wrapper('permission denied')] });
  });

  it('refuses batch tokens', async () => {
    const { client_token } = await w.token({ policies: ['default'], type: 'batch' });
    const answer = await call('POST', 'cubbyhole/a', { token: client_token, body: { v: 1 } });
    expect(refusal(answer)).toEqual({
      status: 400,
      errors: ['cubbyhole operations are only supported by "service" type tokens'],
    });
  });

  it('is separate in each namespace', async () => {
    const name = w.deps.ids.base62(6);
    await placeNamespace(w.deps, ROOT, name);
    await call('POST', 'cubbyhole/a', { token: w.root, body: { at: 'root' } });
    await call('POST', `${name}/cubbyhole/a`, { token: w.root, body: { at: 'child' } });

    expect((await call('GET', 'cubbyhole/a', { token: w.root })).body.data).toEqual({ at: 'root' });
    const inChild = await call('GET', 'cubbyhole/a', { token: w.root, namespace: name });
    expect(inChild.body.data).toEqual({ at: 'child' });
    expect((await call('LIST', 'cubbyhole', { token: w.root, namespace: name })).body.data.keys).toEqual([
      'a',
    ]);
  });
});

describe('the end of a token', () => {
  beforeEach(async () => {
    for (const path of ['a', 'dir/b']) await call('POST', `cubbyhole/${path}`, { token, body: { v: 1 } });
    expect(await kept(own)).toHaveLength(2);
  });

  it('by revocation closes and removes its cubbyhole', async () => {
    await call('POST', 'auth/token/revoke', { body: { token } });

    expect((await call('GET', 'cubbyhole/a', { token })).status).toBe(403);
    expect(await kept(own)).toEqual([]);
  });

  it('by expiry closes its cubbyhole, and the table drops it with the token', async () => {
    const stored = await w.deps.store.get(tokenKey(sha256(token)));
    expect((await kept(own)).map(({ ttl }) => ttl)).toEqual([stored?.ttl, stored?.ttl]);
    w.deps.clock.pass(3_601_000);
    expect((await call('GET', 'cubbyhole/a', { token })).status).toBe(403);
  });

  it('leaves nothing to a later token with the same id', async () => {
    const id = `chosen-${w.deps.ids.base62(20)}`;
    const first = await w.token({ id, policies: ['default'] });
    await call('POST', 'cubbyhole/a', { token: id, body: { v: 1 } });
    const left = await kept(first);
    await call('POST', 'auth/token/revoke', { body: { token: id } });
    await w.deps.store.commit(left.map((item) => ({ put: { table: 'storage', ...item } })));

    await w.token({ id, policies: ['default'] });

    expect(refusal(await call('GET', 'cubbyhole/a', { token: id }))).toEqual(NOTHING);
  });

  it.each([
    ['begun', (hash: string) => markRevoked(w.deps.store, hash)],
    ['ended', (hash: string) => revokeToken(w.deps, { hash })],
  ])('refuses a write if the revocation has %s meanwhile', async (_, revoke) => {
    const hash = sha256(token);
    const racing = callOn(interleaved(w.deps.store, tokenKey(hash).pk, () => revoke(hash)));

    const answer = await racing('POST', 'cubbyhole/late', { token, body: { v: 1 } });

    expect(refusal(answer)).toEqual({ status: 403, errors: ['permission denied'] });
    expect((await kept(own)).filter(({ sk }) => sk.endsWith('late'))).toEqual([]);
  });

  it('removes the cubbyholes of its children', async () => {
    await w.policy('parent', 'path "auth/token/create" { capabilities = ["update"] }');
    const parent = await w.token({ policies: ['parent', 'default'] });
    const child = await w.token({ policies: ['default'] }, { token: parent.client_token });
    await call('POST', 'cubbyhole/a', { token: child.client_token, body: { v: 1 } });

    await call('POST', 'auth/token/revoke', { body: { token: parent.client_token } });

    expect((await call('GET', 'cubbyhole/a', { token: child.client_token })).status).toBe(403);
    expect(await kept(child)).toEqual([]);
  });

  it('follows from a move of the mount that issued it', async () => {
    const at = w.deps.ids.base62(8);
    const mount = await placeMount(w.deps, `auth/${at}/`);
    await call('POST', `auth/${at}/users/bob`, { body: { password: 'pass word' } });
    const login = await call('POST', `auth/${at}/login/bob`, { token: '', body: { password: 'pass word' } });
    const auth = login.body.auth as Auth;
    await call('POST', 'cubbyhole/a', { token: auth.client_token, body: { v: 1 } });
    expect(await kept(auth)).toHaveLength(1);

    const moved = await call('POST', 'sys/remount', {
      body: { from: mount.path, to: `auth/${at}-moved` },
    });
    await runMigration(w.deps, moved.body.migration_id);

    expect((await call('GET', 'cubbyhole/a', { token: auth.client_token })).status).toBe(403);
    expect(await kept(auth)).toEqual([]);
  });
});

describe('a renewal', () => {
  it('keeps stored secrets as long as the token', async () => {
    await call('POST', 'cubbyhole/a', { token, body: { v: 1 } });
    w.deps.clock.pass(1_800_000);
    expect((await call('POST', 'auth/token/renew-self', { token })).status).toBe(200);

    const stored = await w.deps.store.get(tokenKey(sha256(token)));
    expect((await kept(own)).map(({ ttl }) => ttl)).toEqual([stored?.ttl]);
    expect((await call('GET', 'cubbyhole/a', { token })).body.data).toEqual({ v: 1 });
  });

  it('also keeps a secret that is written meanwhile', async () => {
    const write = () => call('POST', 'cubbyhole/first', { token, body: { v: 1 } });
    w.deps.clock.pass(1_800_000);
    const racing = callOn(interleaved(w.deps.store, tokenKey(sha256(token)).pk, write));

    expect((await racing('POST', 'auth/token/renew-self', { token })).status).toBe(200);

    const stored = await w.deps.store.get(tokenKey(sha256(token)));
    expect((await kept(own)).map(({ ttl }) => ttl)).toEqual([stored?.ttl]);
  });

  it('also applies to a write that began before it', async () => {
    w.deps.clock.pass(1_800_000);
    const renew = () => call('POST', 'auth/token/renew-self', { token });
    const racing = callOn(interleaved(w.deps.store, tokenKey(sha256(token)).pk, renew));

    expect((await racing('POST', 'cubbyhole/first', { token, body: { v: 1 } })).status).toBe(204);

    const stored = await w.deps.store.get(tokenKey(sha256(token)));
    expect((await kept(own)).map(({ ttl }) => ttl)).toEqual([stored?.ttl]);
  });
});
