import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import {
  accessorKey,
  childKey,
  cubbyholePartition,
  leaseKey,
  sha256,
  tokenKey,
} from '../../functions/ports/keys.ts';
import type { Item, Ref, Store } from '../../functions/ports/store.ts';
import { childName } from '../../functions/tokens/child.ts';
import { putInCubbyhole } from '../../functions/tokens/cubbyhole.ts';
import { renewToken } from '../../functions/tokens/renewToken.ts';
import { markRevoked, revokeToken } from '../../functions/tokens/revokeToken.ts';
import { cleanupTime, tokenOf } from '../../functions/tokens/token.ts';
import { interleaved } from '../support/interleave.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount } from '../support/place.ts';
import { type Auth, refusal, type World, world, wrapper } from '../support/world.ts';

let w: World;

const HOUR = 3_600_000;

beforeAll(async () => {
  w = await world();
  await w.policy('maker', 'path "auth/token/create*" { capabilities = ["update"] }');
  await w.policy('renter', 'path "rent/*" { capabilities = ["update"] }');
  await placeMount(w.deps, 'rent/', { type: 'rented' });
});
afterAll(() => w.stop());

function post(path: string, body: Record<string, unknown> = {}, token = w.root) {
  return w.call('POST', `auth/token/${path}`, { body, token });
}

async function works(token: string): Promise<boolean> {
  return (await w.call('GET', 'auth/token/lookup-self', { token })).status === 200;
}

async function rent(token: string, body: Record<string, unknown> = {}) {
  const { body: answer } = await w.call('POST', 'rent/creds/web', { token, body });
  return { id: answer.lease_id as string, key: answer.data.key as string };
}

async function rentWorks(key: string): Promise<{ works: boolean; stored: boolean }> {
  return (await w.call('GET', `rent/works/${key}`)).body.data;
}

/** Where the store keeps what it knows of a token, its children apart. */
async function placesOf({ client_token, accessor }: Auth): Promise<Ref[]> {
  const own = tokenKey(sha256(client_token));
  const lease = tokenOf(await w.deps.store.get(own))?.lease;
  return [own, accessorKey(accessor), ...(lease ? [leaseKey(lease.mountUuid, lease.path)] : [])];
}

async function stored(places: Ref[]): Promise<Item[]> {
  return (await w.deps.store.getMany(places)).filter((item) => item !== undefined);
}

function hashIn(place: Ref | undefined): string {
  return (place?.pk ?? '').slice('token#'.length);
}

/** What the revocation of a token does first that leaves its children behind. */
async function retire({ table, pk, sk }: Ref): Promise<void> {
  const there = { pk: { present: true } } as const;
  await w.deps.store.commit([{ table, update: { pk, sk }, set: { retired: true }, if: there }]);
}

describe('looking up a token', () => {
  it('shows everything but who its parent is', async () => {
    const auth = await w.token({ policies: ['maker'], ttl: '1h', meta: { a: 'b' } });
    const { status, body } = await post('lookup', { token: auth.client_token });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: auth.client_token,
      accessor: auth.accessor,
      policies: ['default', 'maker'],
      path: 'auth/token/create',
      meta: { a: 'b' },
      display_name: 'token',
      num_uses: 0,
      orphan: false,
      creation_time: expect.closeTo(w.deps.clock.now() / 1_000, -1),
      creation_ttl: 3_600,
      expire_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      ttl: 3_600,
      explicit_max_ttl: 0,
      entity_id: '',
      type: 'service',
      issue_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      renewable: true,
    });
  });

  it('is about the one that asks when none is named, by GET and by POST', async () => {
    const { client_token: token } = await w.token({ policies: ['default'] });
    expect((await w.call('GET', 'auth/token/lookup-self', { token })).body.data.id).toBe(token);
    expect((await post('lookup-self')).body.data.id).toBe(w.root);
    for (const method of ['GET', 'POST'])
      expect((await w.call(method, 'auth/token/lookup')).body.data.id).toBe(w.root);
    const bearer = { token: '', headers: { authorization: `Bearer ${token}` } };
    expect((await w.call('GET', 'auth/token/lookup-self', bearer)).body.data.id).toBe(token);
  });

  it('by its accessor hides the token', async () => {
    const { accessor } = await w.token({ policies: ['default'] });
    const { body } = await post('lookup-accessor', { accessor });
    expect(body.data).toMatchObject({ id: '', accessor, policies: ['default'] });
  });

  it.each([
    ['lookup', { token: 's.unknown' }, 403, 'bad token'],
    ['lookup-accessor', {}, 400, wrapper('missing accessor')],
    ['lookup-accessor', { accessor: 'unknown' }, 400, wrapper('invalid accessor')],
    ['lookup-accessor', { accessor: 'x'.repeat(5_000) }, 400, wrapper('invalid accessor')],
    ['renew', {}, 400, 'missing token ID'],
    ['renew', { token: 's.unknown' }, 400, 'token not found'],
    ['renew-accessor', {}, 400, wrapper('missing accessor')],
    ['renew-accessor', { accessor: 'unknown' }, 400, wrapper('invalid accessor')],
    ['revoke', {}, 400, 'missing token ID'],
    ['revoke-accessor', {}, 400, wrapper('missing accessor')],
    ['revoke-orphan', {}, 400, 'missing token ID'],
    ['revoke-orphan', { token: 's.unknown' }, 400, 'token to revoke not found'],
  ])('%s of %j is refused', async (path, body, status, text) => {
    expect(refusal(await post(path, body))).toEqual({ status, errors: [text] });
  });

  it('finds none that is expired, or whose parent is', async () => {
    const parent = await w.token({ policies: ['maker'], ttl: '1h' });
    const child = await w.token({ ttl: '10h' }, { token: parent.client_token });
    w.deps.clock.pass(HOUR);
    for (const { client_token, accessor } of [parent, child]) {
      expect(refusal(await post('lookup', { token: client_token })).errors).toEqual(['bad token']);
      expect((await post('lookup-accessor', { accessor })).status).toBe(400);
      expect(refusal(await post('renew', { token: client_token })).errors).toEqual(['token not found']);
    }
  });
});

describe('renewing a token', () => {
  it('gives it its first ttl again, or the increment asked for', async () => {
    const { client_token } = await w.token({ policies: ['default'], ttl: '1h' });
    w.deps.clock.pass(HOUR / 2);
    const again = await post('renew', { token: client_token });
    expect(again.body.auth).toMatchObject({ client_token, lease_duration: 3_600, renewable: true });
    expect(again.body.data).toBeNull();
    const more = await post('renew-self', { increment: '3h' }, client_token);
    expect(more.body.auth).toMatchObject({ client_token, lease_duration: 10_800 });
    const less = await post('renew-self', { increment: 600 }, client_token);
    expect(less.body.auth.lease_duration).toBe(600);
    w.deps.clock.pass(600_000);
    expect(await works(client_token)).toBe(false);
  });

  it('by its accessor hides the token', async () => {
    const { accessor } = await w.token({ policies: ['default'], ttl: '1h' });
    const { body } = await post('renew-accessor', { accessor, increment: 7_200 });
    expect(body.auth).toMatchObject({ client_token: '', accessor, lease_duration: 7_200 });
  });

  it('shows in lookups', async () => {
    const { client_token: token } = await w.token({ policies: ['default'], ttl: '1h' });
    await post('renew-self', {}, token);
    const { data } = (await post('lookup', { token })).body;
    expect(data.last_renewal_time).toBe(Math.floor(Date.parse(data.last_renewal) / 1_000));
  });

  it('never passes the maximum counted from its creation', async () => {
    const { client_token } = await w.token({ policies: ['default'], ttl: '1h', explicit_max_ttl: '2h' });
    w.deps.clock.pass(HOUR * 0.75);
    expect((await post('renew', { token: client_token })).body.auth.lease_duration).toBe(3_600);
    w.deps.clock.pass(HOUR * 0.75);
    const { auth, warnings } = (await post('renew', { token: client_token })).body;
    expect(auth.lease_duration).toBe(1_800);
    expect(warnings).toEqual([
      'TTL of "1h0m0s" exceeded the effective max_ttl of "30m0s"; TTL value is capped accordingly',
    ]);
  });

  it('gives a periodic token its period for ever, whatever increment is asked for', async () => {
    const { client_token } = await w.token({ policies: ['default'], period: '500h' });
    for (let i = 0; i < 4; i++) {
      w.deps.clock.pass(499 * HOUR);
      const { body } = await post('renew', { token: client_token, increment: 10 });
      expect(body.auth.lease_duration).toBe(500 * 3_600);
    }
  });

  it('keeps what the token is found by as long as the token', async () => {
    const parent = await w.token({ policies: ['maker'], period: '10h' });
    const child = await w.token({ ttl: '1h' }, { token: parent.client_token });
    await post('renew', { token: child.client_token, increment: '9h' });
    const token = tokenOf(await w.deps.store.get(tokenKey(sha256(child.client_token))));
    const found = await w.deps.store.getMany([
      accessorKey(child.accessor),
      leaseKey(token?.lease?.mountUuid ?? '', token?.lease?.path ?? ''),
      childKey(sha256(parent.client_token), childName({ tokenHash: sha256(child.client_token) })),
    ]);
    for (const item of [token, ...found]) expect(item).toBeDefined();
    for (const item of found) expect(item?.ttl).toBe(cleanupTime(token?.expiresAt));
  });

  it.each([
    ['a root token without an end', {}, 'invalid lease ID'],
    ['one created so', { policies: ['default'], renewable: false }, 'lease is not renewable'],
  ])('is refused for %s', async (_, how, text) => {
    const { client_token } = await w.token(how);
    expect(refusal(await post('renew', { token: client_token }))).toEqual({ status: 400, errors: [text] });
  });

  it.each<[string, (places: Ref[]) => Promise<unknown>]>([
    ['is revoked', ([token]) => revokeToken(w.deps, { hash: hashIn(token) })],
    ['is marked as revoked', ([token]) => markRevoked(w.deps.store, hashIn(token))],
    ['is about to leave its children', ([token]) => retire(token as Ref)],
    ['has lost its item', ([token]) => w.deps.store.deleteMany([token as Ref])],
    ['has lost its accessor', ([, accessor]) => w.deps.store.deleteMany([accessor as Ref])],
    ['has lost its lease', ([, , lease]) => w.deps.store.deleteMany([lease as Ref])],
  ])('writes nothing when the token %s after it was found good', async (_, meanwhile) => {
    const auth = await w.token({ policies: ['default'], ttl: '1h' });
    const places = await placesOf(auth);
    let left: Item[] = [];
    const store = interleaved(w.deps.store, places[0]?.pk ?? '', async () => {
      await meanwhile(places);
      left = await stored(places);
    });
    const renewal = renewToken({ ...w.deps, store }, sha256(auth.client_token), ROOT, 7_200);
    await expect(renewal).rejects.toThrow();
    expect(await stored(places)).toEqual(left);
  });

  it('keeps as long as the token what it stores meanwhile for the first time', async () => {
    const auth = await w.token({ policies: ['default'], ttl: '1h' });
    const hash = sha256(auth.client_token);
    const item = { pk: cubbyholePartition(auth.accessor), sk: 'mine' };
    const putting = () => putInCubbyhole(w.deps.store, { hash, accessor: auth.accessor }, item);
    await renewToken({ ...w.deps, store: meanwhile(w.deps.store, putting) }, hash, ROOT, 7_200);
    const token = tokenOf(await w.deps.store.get(tokenKey(hash)));
    const kept = await w.deps.store.get({ table: 'storage', ...item });
    expect(kept?.ttl).toBe(cleanupTime(token?.expiresAt));
  });

  it('lets a revocation that races with it win', async () => {
    for (let round = 0; round < 3; round++) {
      const auth = await w.token({ policies: ['default'], ttl: '1h' });
      const { client_token } = auth;
      const places = await placesOf(auth);
      const renewals = Array.from({ length: 6 }, () => post('renew', { token: client_token }));
      const [revoked, ...renewed] = await Promise.all([post('revoke', { token: client_token }), ...renewals]);
      expect(revoked.status).toBe(204);
      for (const answer of renewed) expect([200, 400]).toContain(answer.status);
      expect(await works(client_token)).toBe(false);
      expect(await stored(places)).toEqual([]);
    }
  });
});

describe('revoking a token', () => {
  it.each([
    ['itself', (secret: string) => post('revoke-self', {}, secret)],
    ['by its id', (secret: string) => post('revoke', { token: secret })],
    ['by its accessor', (_: string, accessor: string) => post('revoke-accessor', { accessor })],
    ['with orphans', (secret: string) => post('revoke-orphan', { token: secret })],
  ])('%s ends it and leaves nothing behind', async (_, revoke) => {
    const auth = await w.token({ policies: ['default'] });
    const places = await placesOf(auth);
    expect(await stored(places)).toHaveLength(3);
    expect((await revoke(auth.client_token, auth.accessor)).status).toBe(204);
    expect(await works(auth.client_token)).toBe(false);
    expect(await stored(places)).toEqual([]);
  });

  it('that is unknown is no error', async () => {
    expect((await post('revoke', { token: 's.unknown' })).status).toBe(204);
    const { status, body } = await post('revoke-accessor', { accessor: 'unknown' });
    expect([status, body.warnings]).toEqual([200, ['No token found with this accessor']]);
  });

  it('ends everything below it, three levels deep, leases and all', async () => {
    const top = await w.token({ policies: ['maker', 'renter'] });
    const chain = [top];
    for (let depth = 0; depth < 3; depth++)
      chain.push(await w.token({}, { token: chain.at(-1)?.client_token as string }));
    const sibling = await w.token({}, { token: top.client_token });
    const orphan = await w.call('POST', 'auth/token/create-orphan', { token: top.client_token, body: {} });
    const leases = await Promise.all([...chain, sibling].map(({ client_token }) => rent(client_token)));
    for (const { key } of leases) expect(await rentWorks(key)).toEqual({ works: true, stored: true });
    const places = (await Promise.all([...chain, sibling].map(placesOf))).flat();
    expect(await stored(places)).toHaveLength(15);

    await post('revoke', { token: top.client_token });

    for (const { client_token } of [...chain, sibling]) expect(await works(client_token)).toBe(false);
    expect(await stored(places)).toEqual([]);
    for (const { id, key } of leases) {
      expect(await rentWorks(key)).toEqual({ works: false, stored: false });
      const lookup = await w.call('POST', 'sys/leases/lookup', { body: { lease_id: id } });
      expect(refusal(lookup).errors).toEqual(['invalid lease']);
    }
    expect(await works(orphan.body.auth.client_token)).toBe(true);
  });

  it('makes it unusable before anything is removed', async () => {
    const { client_token: token } = await w.token({ policies: ['maker'] });
    await w.token({}, { token });
    const seen: boolean[] = [];
    const store: Store = {
      ...w.deps.store,
      async deleteMany(refs) {
        seen.push(await works(token));
        await w.deps.store.deleteMany(refs);
      },
    };
    await revokeToken({ store }, { hash: sha256(token) });
    expect(new Set(seen)).toEqual(new Set([false]));
  });

  it('leaves its parent and siblings alone', async () => {
    const parent = await w.token({ policies: ['maker', 'renter'] });
    const [one, other] = await Promise.all([
      w.token({}, { token: parent.client_token }),
      w.token({}, { token: parent.client_token }),
    ]);
    const { key } = await rent(other.client_token);
    await post('revoke', { token: one.client_token });
    expect(await Promise.all([parent, other].map(({ client_token }) => works(client_token)))).toEqual([
      true,
      true,
    ]);
    expect(await rentWorks(key)).toMatchObject({ works: true });
  });

  it('cuts off a child that is being created at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const { client_token: parent } = await w.token({ policies: ['maker'] });
      const births = Array.from({ length: 5 }, () =>
        w.call('POST', 'auth/token/create', { token: parent, body: {} }),
      );
      const [, ...born] = await Promise.all([post('revoke', { token: parent }), ...births]);
      for (const { status, body } of born) {
        if (status === 200) expect(await works(body.auth.client_token)).toBe(false);
        else expect([403, 503]).toContain(status);
      }
    }
  });
});

describe('listing accessors', () => {
  it('shows those of living service tokens, with an end or without', async () => {
    const [lasting, endless, batch, dead] = await Promise.all([
      w.token({ policies: ['default'] }),
      w.token({}),
      w.token({ policies: ['default'], type: 'batch' }),
      w.token({ policies: ['default'] }),
    ]);
    await post('revoke', { token: dead.client_token });
    const { status, body } = await w.call('LIST', 'auth/token/accessors');
    expect(status).toBe(200);
    expect(body.data.keys).toEqual([...body.data.keys].sort());
    expect(body.data.keys).toEqual(expect.arrayContaining([lasting.accessor, endless.accessor]));
    expect(body.data.keys).not.toContain(dead.accessor);
    expect(body.data.keys).not.toContain('');
    expect(batch.accessor).toBe('');
    await post('revoke', { token: endless.client_token });
    const after = await w.call('LIST', 'auth/token/accessors');
    expect(after.body.data.keys).not.toContain(endless.accessor);
  });

  it('needs sudo', async () => {
    await w.policy('lister', 'path "auth/token/accessors/" { capabilities = ["list"] }');
    const { client_token: token } = await w.token({ policies: ['lister'] });
    expect(refusal(await w.call('LIST', 'auth/token/accessors', { token }))).toEqual({
      status: 403,
      errors: [wrapper('permission denied')],
    });
  });
});
