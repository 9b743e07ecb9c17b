import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { revokePrefix } from '../../functions/credentials/revoke.ts';
import { MAX_SORT_KEY_BYTES } from '../../functions/limits.ts';
import { leaseKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type Auth, refusal, type World, world, wrapper } from '../support/world.ts';

let w: World;
let holder: Auth;
/** A new folder for the mounts of each test. */
let at: string;

beforeAll(async () => {
  w = await world();
  await w.policy('everything', 'path "*" { capabilities = ["create", "read", "update", "list", "sudo"] }');
  holder = await w.token({ policies: ['everything'] });
});
afterAll(() => w.stop());
beforeEach(() => {
  at = w.deps.ids.base62(8);
});

async function issue(path: string, count = 1, namespace = ''): Promise<string[]> {
  const token = namespace ? w.root : holder.client_token;
  const answers = await Promise.all(
    Array.from({ length: count }, () => w.call('POST', path, { token, body: {}, namespace })),
  );
  return answers.map(({ body }) => body.lease_id as string);
}

async function alive(ids: string[]): Promise<number> {
  const lookups = ids.map((lease_id) => w.call('POST', 'sys/leases/lookup', { body: { lease_id } }));
  return (await Promise.all(lookups)).filter(({ status }) => status === 200).length;
}

function list(path: string, token = w.root) {
  return w.call('LIST', `sys/leases/lookup/${path}`, { token });
}

describe('listing leases', () => {
  it('shows one level, whether the path ends above mounts, at a mount or inside one', async () => {
    await placeMount(w.deps, `${at}/one/`, { type: 'rented' });
    await placeMount(w.deps, `${at}/two/`, { type: 'rented' });
    await placeMount(w.deps, `${at}/idle/`, { type: 'rented' });
    const [id = ''] = await issue(`${at}/one/creds/web`);
    await issue(`${at}/one/creds/db`, 3);
    await issue(`${at}/two/creds/web`);
    const rows: [string, string[]][] = [
      [at, ['one/', 'two/']],
      [`${at}/`, ['one/', 'two/']],
      [`${at}/one`, ['creds/']],
      [`${at}/one/creds`, ['db/', 'web/']],
      [`${at}/one/creds/web`, [id.slice(`${at}/one/creds/web/`.length)]],
    ];
    for (const [path, keys] of rows) expect((await list(path)).body.data).toEqual({ keys });
    const top = (await w.call('LIST', 'sys/leases/lookup')).body.data.keys;
    expect(top).toEqual(expect.arrayContaining([`${at}/`, 'auth/']));
    expect((await list('auth')).body.data.keys).toContain('token/');
  });

  it('finds nothing where there is no lease, or none that is usable', async () => {
    await placeMount(w.deps, `${at}/one/`, { type: 'rented' });
    const [id] = await issue(`${at}/one/creds/web`);
    for (const path of ['nowhere', `${at}/one/other`, `${at}/one/creds/we`, 'sys', 'x'.repeat(3_000)])
      expect(refusal(await list(path))).toEqual({ status: 404, errors: [] });
    await w.call('POST', 'sys/leases/revoke', { body: { lease_id: id } });
    expect((await list(`${at}/one`)).status).toBe(404);
    expect((await list(at)).status).toBe(404);
  });

  it('needs sudo; a lookup does not', async () => {
    const all = '["create", "read", "update", "list"]';
    await w.policy('no-sudo', `path "sys/leases/*" { capabilities = ${all} }`);
    const { client_token: token } = await w.token({ policies: ['no-sudo'] });
    expect(refusal(await list(at, token))).toEqual({ status: 403, errors: [wrapper('permission denied')] });
    const lookup = await w.call('POST', 'sys/leases/lookup', { token, body: { lease_id: 'x' } });
    expect(refusal(lookup).errors).toEqual(['invalid lease']);
    for (const path of ['revoke-prefix/x', 'revoke-force/x'])
      expect((await w.call('POST', `sys/leases/${path}`, { token })).status).toBe(403);
  });
});

describe('revoking by prefix', () => {
  it('revokes everything below the path, and nothing else', async () => {
    await placeMount(w.deps, `${at}/one/`, { type: 'rented' });
    await placeMount(w.deps, `${at}/two/`, { type: 'rented' });
    await placeMount(w.deps, `${at}/twofold/`, { type: 'rented' });
    const web = await issue(`${at}/one/creds/web`, 3);
    const webs = await issue(`${at}/one/creds/webs`);
    const two = await issue(`${at}/two/creds/web`, 2);
    const twofold = await issue(`${at}/twofold/creds/web`);
    const left = async () => Promise.all([web, webs, two, twofold].map(alive));

    const inside = await w.call('POST', `sys/leases/revoke-prefix/${at}/one/creds/web`);
    expect([inside.status, inside.text, await left()]).toEqual([204, '', [0, 1, 2, 1]]);
    const mount = await w.call('PUT', `sys/revoke-prefix/${at}/two`, { body: { sync: true } });
    expect([mount.status, await left()]).toEqual([204, [0, 1, 0, 1]]);
    const above = await w.call('POST', `sys/leases/revoke-prefix/${at}`, { body: { sync: true } });
    expect([above.status, await left()]).toEqual([204, [0, 0, 0, 0]]);
  });

  it('revokes the one lease if the path is its id', async () => {
    await placeMount(w.deps, `${at}/`, { type: 'rented' });
    const [one = '', other = ''] = await issue(`${at}/creds/web`, 2);
    expect((await w.call('POST', `sys/leases/revoke-prefix/${one}`)).status).toBe(204);
    expect([await alive([one]), await alive([other])]).toEqual([0, 1]);
  });

  it('revokes the tokens of a login path or of an auth method, with their children', async () => {
    await placeMount(w.deps, `auth/${at}/`, { type: 'userpass' });
    const login = async (name: string) => {
      await w.call('POST', `auth/${at}/users/${name}`, {
        body: { password: 'a-long-one', token_policies: 'everything' },
      });
      const body = { password: 'a-long-one' };
      return (await w.call('POST', `auth/${at}/login/${name}`, { token: '', body })).body.auth
        .client_token as string;
    };
    const [ann, bob] = [await login('ann'), await login('bob')];
    const child = (await w.token({ policies: ['default'] }, { token: ann })).client_token;
    const works = (tokens: string[]) =>
      Promise.all(
        tokens.map(async (token) => (await w.call('GET', 'auth/token/lookup-self', { token })).status),
      );
    await w.call('POST', `sys/leases/revoke-prefix/auth/${at}/login/ann`);
    expect(await works([ann, child, bob])).toEqual([403, 403, 200]);
    await w.call('POST', `sys/leases/revoke-prefix/auth/${at}`);
    expect(await works([bob])).toEqual([403]);
  });

  it('of what has no leases is done at once: a path without mounts, a kv mount', async () => {
    await placeMount(w.deps, `${at}/`, { type: 'kv' });
    for (const path of ['nowhere', at, `${at}/secret`, 'sys', 'identity'])
      expect((await w.call('POST', `sys/leases/revoke-prefix/${path}`)).status).toBe(204);
  });

  it('revokes only in the namespace of the request', async () => {
    const inner = await placeNamespace(w.deps, ROOT, at);
    await placeMount(w.deps, 'rent/', { type: 'rented', namespaceId: inner.id });
    const ids = await issue('rent/creds/web', 2, at);
    for (const path of [`${at}/rent`, at, ids[0]]) await w.call('POST', `sys/leases/revoke-prefix/${path}`);
    expect(await alive(ids)).toBe(2);
    await w.call('POST', 'sys/leases/revoke-prefix/rent', { namespace: at });
    expect(await alive(ids)).toBe(0);
  });

  it('has no route without a prefix', async () => {
    for (const path of ['revoke-prefix', 'revoke-force'])
      expect((await w.call('POST', `sys/leases/${path}`)).status).toBe(404);
  });

  it('names a lease whose record is damaged, and revokes the others; with force it deletes that one, too', async () => {
    const mount = await placeMount(w.deps, `${at}/`, { type: 'rented' });
    const ids = await issue(`${at}/creds/web`, 3);
    const place = leaseKey(mount.uuid, (ids[0] as string).slice(at.length + 1));
    await w.deps.store.commit([{ update: place, remove: ['owns'], if: { pk: place.pk } }]);

    const refused = await w.call('POST', `sys/leases/revoke-prefix/${at}/creds`);
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0]).toMatch(
      new RegExp(`^failed to revoke "${ids[0]}" \\(\\d+ / \\d+\\): failed to revoke entry: `),
    );
    expect(await alive(ids.slice(1))).toBe(0);
    expect(await w.deps.store.get(place)).toBeDefined();
    expect((await w.call('POST', `sys/leases/revoke-force/${at}/creds`)).status).toBe(204);
    expect(await w.deps.store.get(place)).toBeUndefined();
  });

  it('with force deletes a lease whose removal fails, and revokes the others', async () => {
    const mount = await placeMount(w.deps, `${at}/`, { type: 'rented' });
    const ids = await issue(`${at}/creds/web`, 3);
    const place = leaseKey(mount.uuid, (ids[0] as string).slice(at.length + 1));
    const set = { owns: [{ table: 'storage', pk: mount.uuid, sk: '' }] };
    await w.deps.store.commit([{ update: place, set, if: { pk: place.pk } }]);

    expect((await w.call('POST', `sys/leases/revoke-force/${at}/creds`)).status).toBe(204);
    expect(await alive(ids.slice(1))).toBe(0);
    expect(await w.deps.store.get(place)).toBeUndefined();
  });

  it('stops when its time is over, and continues with the next request', async () => {
    await placeMount(w.deps, `${at}/`, { type: 'rented' });
    const ids = await issue(`${at}/creds/web`, 20);
    const order = { namespace: ROOT, path: `${at}/`, force: false };
    let looks = 0;
    const clock = { ...w.deps.clock, now: () => ++looks };
    expect(await revokePrefix({ ...w.deps, clock }, { ...order, until: 4 })).toBe(false);
    const left = await alive(ids);
    expect([left < 20, left > 0]).toEqual([true, true]);
    expect(await revokePrefix(w.deps, { ...order, until: Number.POSITIVE_INFINITY })).toBe(true);
    expect(await alive(ids)).toBe(0);
  });

  it('answers that it is not finished when the life of a request is too short', async () => {
    await placeMount(w.deps, `${at}/`, { type: 'rented' });
    const ids = await issue(`${at}/creds/web`, 2);
    const { settings } = w.deps;
    w.deps.settings = { ...settings, requestLifeMs: 0 };
    const answer = await w.call('POST', `sys/leases/revoke-prefix/${at}`);
    w.deps.settings = settings;
    expect(refusal(answer)).toEqual({
      status: 503,
      errors: ['not every lease is revoked yet, repeat the request'],
    });
    expect(answer.headers['Retry-After']).toBe('1');
    expect(await alive(ids)).toBe(2);
  });
});

describe('a lease whose id is longer than a key, although neither of its parts is too long', () => {
  let mount: string;
  let path: string;
  let id: string;
  beforeEach(async () => {
    mount = `${at}/${'m'.repeat(490)}`;
    path = `${mount}/creds/${'r'.repeat(512)}`;
    await placeMount(w.deps, `${mount}/`, { type: 'rented' });
    [id = ''] = await issue(path);
    expect(id.length).toBeGreaterThan(MAX_SORT_KEY_BYTES);
  });

  it('is looked up, listed and renewed', async () => {
    const found = await w.call('POST', 'sys/leases/lookup', { body: { lease_id: id } });
    expect(found).toMatchObject({ status: 200, body: { data: { id } } });
    expect((await list(path)).body.data.keys).toEqual([id.slice(path.length + 1)]);
    expect((await w.call('POST', 'sys/leases/renew', { body: { lease_id: id } })).status).toBe(200);
  });

  it.each<[how: string, path: () => string, body?: () => object]>([
    ['by its id', () => 'revoke', () => ({ lease_id: id })],
    ['by its id in the path', () => `revoke/${id}`],
    ['with its folder', () => `revoke-prefix/${path}`],
    ['with its folder, by force', () => `revoke-force/${path}`],
    ['with its mount', () => `revoke-prefix/${mount}`],
  ])('is revoked %s', async (_, revoke, body = () => ({})) => {
    expect((await w.call('POST', `sys/leases/${revoke()}`, { body: body() })).status).toBe(204);
    expect(await w.deps.store.get(leaseKey(await uuidAt(mount), id.slice(mount.length + 1)))).toBe(undefined);
  });

  async function uuidAt(at: string): Promise<string> {
    return (await w.call('GET', `sys/internal/ui/mounts/${at}`)).body.data.uuid;
  }

  it('of a token, too', async () => {
    await w.call('POST', `sys/auth/${mount}`, { body: { type: 'userpass' } });
    const user = `auth/${mount}/users/${'u'.repeat(512)}`;
    await w.call('POST', user, { body: { password: 'p4ssword' } });
    const login = `auth/${mount}/login/${'u'.repeat(512)}`;
    const { auth } = (await w.call('POST', login, { body: { password: 'p4ssword' }, token: '' })).body;
    const [key] = (await list(login)).body.data.keys;
    await w.call('POST', 'sys/leases/revoke', { body: { lease_id: `${login}/${key}` } });
    const own = await w.call('GET', 'auth/token/lookup-self', { token: auth.client_token });
    expect(own.status).toBe(403);
  });
});
