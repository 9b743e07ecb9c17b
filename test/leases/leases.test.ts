import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renewLease } from '../../functions/leases/renewLease.ts';
import { revokeLeases } from '../../functions/leases/revokeLeases.ts';
import { raiseGeneration } from '../../functions/mounts/generation.ts';
import type { Mount } from '../../functions/mounts/mount.ts';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { childKey, leaseKey, sha256, storageKey, tokenKey, treeKey } from '../../functions/ports/keys.ts';
import type { Item, Ref, Store } from '../../functions/ports/store.ts';
import { childName } from '../../functions/tokens/child.ts';
import { type Token, tokenOf } from '../../functions/tokens/token.ts';
import { interleaved } from '../support/interleave.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type Auth, refusal, type World, world } from '../support/world.ts';

let w: World;
let rent: Mount;
let holder: Auth;

const HOUR = 3_600_000;

beforeAll(async () => {
  w = await world();
  await w.policy('everything', 'path "*" { capabilities = ["create", "read", "update", "list", "sudo"] }');
  rent = await placeMount(w.deps, 'rent/', { type: 'rented' });
  await placeMount(w.deps, 'host/', { type: 'ssh' });
  await placeMount(w.deps, 'old/', { type: 'kv', options: { leased_passthrough: 'true' } });
  holder = await w.token({ policies: ['everything'], period: '9000h' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await w.call('POST', 'host/roles/web', { body: role });
});
afterAll(() => w.stop());

interface Rented {
  id: string;
  key: string;
}

async function issue(name = 'web', body: Record<string, unknown> = {}, mount = 'rent'): Promise<Rented> {
  const answer = await w.call('POST', `${mount}/creds/${name}`, { token: holder.client_token, body });
  return { id: answer.body.lease_id, key: answer.body.data.key };
}

async function works({ key }: Rented): Promise<boolean> {
  return (await w.call('GET', `rent/works/${key}`)).body.data.works;
}

function lookup(lease_id: unknown, namespace = '') {
  return w.call('POST', 'sys/leases/lookup', { body: { lease_id }, namespace });
}

function renew(lease_id: unknown, increment?: unknown) {
  return w.call('POST', 'sys/leases/renew', { body: { lease_id, ...(increment ? { increment } : {}) } });
}

function revoke(lease_id: unknown, more: Record<string, unknown> = {}) {
  return w.call('PUT', 'sys/leases/revoke', { body: { lease_id, ...more } });
}

describe('looking up a lease', () => {
  it('tells its times, and where it was issued', async () => {
    const { id } = await issue('team/web', { ttl: '1h' });
    const { status, body } = await lookup(id);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id,
      issue_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expire_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      last_renewal: null,
      renewable: true,
      ttl: 3_600,
      path: 'rent/creds/team/web',
    });
    await renew(id, '2h');
    expect((await lookup(id)).body.data).toMatchObject({ ttl: 7_200, last_renewal: expect.any(String) });
  });

  it('warns of a field that only the path of a list could say', async () => {
    const { id } = await issue('web', { ttl: '1h' });
    const { body } = await w.call('POST', 'sys/leases/lookup', { body: { lease_id: id, prefix: 'rent' } });
    expect(body.warnings).toEqual(['Endpoint ignored these unrecognized parameters: [prefix]']);
  });

  it.each([
    [undefined, 'lease_id must be specified'],
    ['', 'lease_id must be specified'],
    ['rent/creds/web/unknown', 'invalid lease'],
    ['rent', 'invalid lease'],
    ['rent/', 'invalid lease'],
    ['nowhere/creds/web/h7T', 'invalid lease'],
    ['sys/x', 'invalid lease'],
    ['rent/creds/web/unknown.abcdef', 'invalid lease'],
    [`rent/creds/${'x'.repeat(3_000)}`, 'invalid lease'],
    ['/', 'invalid lease'],
  ])('of %j is refused', async (id, text) => {
    expect(refusal(await lookup(id))).toEqual({ status: 400, errors: [text] });
  });

  it('finds that of a token by auth/token/create or by the path of the login', async () => {
    await placeMount(w.deps, 'auth/people/', { type: 'userpass' });
    await w.call('POST', 'auth/people/users/ann', { body: { password: 'a-long-password' } });
    await w.call('POST', 'auth/people/login/ann', { token: '', body: { password: 'a-long-password' } });
    const keys = async (path: string) =>
      (await w.call('LIST', `sys/leases/lookup/${path}`)).body.data.keys as string[];
    const [ofLogin] = await keys('auth/people/login/ann');
    const [ofCreate] = await keys('auth/token/create');
    for (const id of [`auth/people/login/ann/${ofLogin}`, `auth/token/create/${ofCreate}`])
      expect((await lookup(id)).body.data).toMatchObject({ id, renewable: true });
  });

  it('finds none that has ended, by itself, with its holder or with its mount’s generation', async () => {
    const [expired, cutOff] = [await issue('web', { ttl: '1h' }), await issue('web', { ttl: '100h' })];
    w.deps.clock.pass(HOUR);
    expect(refusal(await lookup(expired.id)).errors).toEqual(['invalid lease']);
    expect((await lookup(cutOff.id)).status).toBe(200);
    const moved = await placeMount(w.deps, 'moved/', { type: 'rented' });
    const ofMoved = await issue('web', {}, 'moved');
    await w.deps.store.commit([raiseGeneration(moved.uuid, 1)]);
    expect(refusal(await lookup(ofMoved.id)).errors).toEqual(['invalid lease']);
    expect(refusal(await renew(ofMoved.id)).errors).toEqual(['lease not found']);
    const other = await w.token({ policies: ['everything'], ttl: '1h' });
    const held = await w.call('POST', 'rent/creds/web', { token: other.client_token, body: { ttl: '2h' } });
    expect((await lookup(held.body.lease_id)).status).toBe(200);
    w.deps.clock.pass(HOUR);
    expect(refusal(await lookup(held.body.lease_id)).errors).toEqual(['invalid lease']);
  });

  it('finds none of a token that is used up', async () => {
    const { client_token: token } = await w.token({ policies: ['default'], num_uses: 1 });
    const { lease } = tokenOf(await w.deps.store.get(tokenKey(sha256(token)))) as Token;
    const id = `auth/token/${lease?.path}`;
    expect((await lookup(id)).status).toBe(200);
    await w.call('GET', 'auth/token/lookup-self', { token });
    expect(refusal(await lookup(id)).errors).toEqual(['invalid lease']);
  });

  it('takes no other path', async () => {
    expect((await w.call('POST', 'sys/leases/lookup/rent', { body: {} })).status).toBe(405);
  });
});

describe('a token of limited uses', () => {
  it('gets leased secrets, but not with its last use', async () => {
    const { client_token: token } = await w.token({ policies: ['everything'], num_uses: 2 });
    const ask = () => w.call('POST', 'rent/creds/limited', { token, body: {} });
    const [first, last, none] = [await ask(), await ask(), await ask()];
    expect([first.status, none.status]).toEqual([200, 403]);
    expect(refusal(last)).toEqual({
      status: 400,
      errors: [
        'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.',
      ],
    });
    expect(refusal(await lookup(first.body.lease_id)).errors).toEqual(['invalid lease']);
    expect((await w.call('LIST', 'sys/leases/lookup/rent/creds/limited')).status).toBe(404);
  });
});

describe('renewing a lease', () => {
  it('gives it its first ttl again, or the increment asked for, in the body or by the path', async () => {
    const lease = await issue('web', { ttl: '1h' });
    w.deps.clock.pass(HOUR / 2);
    const { status, body } = await renew(lease.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lease_id: lease.id,
      renewable: true,
      lease_duration: 3_600,
      data: null,
      auth: null,
    });
    expect((await renew(lease.id, '3h')).body.lease_duration).toBe(10_800);
    for (const path of ['sys/leases/renew', 'sys/renew']) {
      const answer = await w.call('PUT', `${path}/${lease.id}`, { body: { increment: 600 } });
      expect(answer.body.lease_duration).toBe(600);
    }
    const alias = await w.call('PUT', 'sys/renew', { body: { lease_id: lease.id, increment: 7_200 } });
    expect(alias.body.lease_duration).toBe(7_200);
    w.deps.clock.pass(1.5 * HOUR);
    expect(await works(lease)).toBe(true);
    w.deps.clock.pass(HOUR / 2);
    expect(await works(lease)).toBe(false);
  });

  it('never passes the maximum of its mount, counted from its issue', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 7_200, forceNoCache: false };
    await placeMount(w.deps, 'short/', { type: 'rented', config });
    const { id } = await issue('web', { ttl: '1h' }, 'short');
    w.deps.clock.pass(1_800_000);
    const { body } = await renew(id, '3h');
    expect(body.lease_duration).toBe(5_400);
    expect(body.warnings).toEqual([
      'TTL of "3h0m0s" exceeded the effective max_ttl of "1h30m0s"; TTL value is capped accordingly',
    ]);
  });

  it('goes by the maximum that its mount has by now', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 7_200, forceNoCache: false };
    const mount = await placeMount(w.deps, 'tuned/', { type: 'rented', config });
    const lease = await issue('web', { ttl: '2h' }, 'tuned');
    const tune = async (maxLeaseTtl: number) => {
      const { table, pk, sk } = treeKey(mount.namespaceId, mount.path);
      const set = { config: { ...config, maxLeaseTtl } };
      await w.deps.store.commit([{ table, update: { pk, sk }, set, if: { kind: 'mount' } }]);
    };
    await tune(36_000);
    expect((await renew(lease.id, '5h')).body.lease_duration).toBe(18_000);
    w.deps.clock.pass(HOUR);
    await tune(10_800);
    expect((await renew(lease.id, '5h')).body.lease_duration).toBe(7_200);
    await tune(1_800);
    expect(refusal(await renew(lease.id))).toEqual({
      status: 400,
      errors: ['past the max TTL, cannot renew'],
    });
    expect((await lookup(lease.id)).status).toBe(200);
  });

  it('works for leased secrets of kv that name a ttl, and for no others', async () => {
    await w.call('POST', 'old/with', { body: { password: 'x', ttl: '1h' } });
    await w.call('POST', 'old/without', { body: { password: 'x' } });
    const read = async (path: string) => (await w.call('GET', path, { token: holder.client_token })).body;
    const [leased, fixed] = [await read('old/with'), await read('old/without')];
    expect([leased.renewable, fixed.renewable]).toEqual([true, false]);
    expect((await renew(leased.lease_id, '2h')).body.lease_duration).toBe(7_200);
    expect(refusal(await renew(fixed.lease_id)).errors).toEqual(['lease is not renewable']);
  });

  it('is refused with a text for each reason', async () => {
    const expired = await issue('web', { ttl: '1h' });
    const fixed = await issue('web', { renewable: false });
    const otp = await w.call('POST', 'host/creds/web', {
      token: holder.client_token,
      body: { ip: '10.1.2.3' },
    });
    const [ofToken] = (await w.call('LIST', 'sys/leases/lookup/auth/token/create')).body.data.keys;
    w.deps.clock.pass(HOUR);
    const rows: [unknown, string][] = [
      [undefined, 'lease_id must be specified'],
      ['rent/creds/web/unknown', 'lease not found'],
      [expired.id, 'lease expired'],
      [fixed.id, 'lease is not renewable'],
      [otp.body.lease_id, 'lease is not renewable'],
      [`auth/token/create/${ofToken}`, 'tokens cannot be renewed through this endpoint'],
    ];
    for (const [id, text] of rows) expect(refusal(await renew(id))).toEqual({ status: 400, errors: [text] });
  });

  it.each<[string, (places: Ref[]) => Promise<unknown>]>([
    ['itself', ([lease]) => w.deps.store.deleteMany([lease as Ref])],
    ['entry with its holder', ([, entry]) => w.deps.store.deleteMany([entry as Ref])],
    ['credential', ([, , owned]) => w.deps.store.deleteMany([owned as Ref])],
    ['whole', (places) => w.deps.store.deleteMany(places)],
  ])('writes nothing when the lease loses its %s after it was found good', async (_, meanwhile) => {
    const { id, key } = await issue('web', { ttl: '1h' });
    const path = id.slice('rent/'.length);
    const places = [
      leaseKey(rent.uuid, path),
      childKey(sha256(holder.client_token), childName({ lease: { mountUuid: rent.uuid, path } })),
      storageKey(rent.uuid, `key/${key}`),
    ];
    let left: (Item | undefined)[] = [];
    const store = interleaved(w.deps.store, rent.uuid, async () => {
      await meanwhile(places);
      left = await w.deps.store.getMany(places);
    });
    await expect(renewLease({ ...w.deps, store }, id, ROOT, 7_200)).rejects.toThrow();
    expect(left.filter((item) => item !== undefined).length).toBeLessThan(3);
    expect(await w.deps.store.getMany(places)).toEqual(left);
  });

  it('lets a revocation that races with it win', async () => {
    for (let round = 0; round < 3; round++) {
      const lease = await issue('race', { ttl: '1h' });
      const renewals = Array.from({ length: 6 }, () => renew(lease.id));
      const [revoked, ...renewed] = await Promise.all([revoke(lease.id, { sync: true }), ...renewals]);
      expect(revoked.status).toBe(204);
      for (const { status } of renewed) expect([200, 400, 503]).toContain(status);
      expect(await works(lease)).toBe(false);
      expect(await w.deps.store.get(leaseKey(rent.uuid, lease.id.slice('rent/'.length)))).toBeUndefined();
    }
  });
});

describe('revoking a lease', () => {
  it('takes back what it stands for, and says 202, or 204 to sync', async () => {
    const answers: [number, Rented][] = [];
    for (const sync of [undefined, false, true]) {
      const lease = await issue();
      answers.push([(await revoke(lease.id, { sync })).status, lease]);
    }
    for (const path of ['sys/leases/revoke', 'sys/revoke']) {
      const lease = await issue();
      answers.push([(await w.call('PUT', `${path}/${lease.id}`)).status, lease]);
    }
    expect(answers.map(([status]) => status)).toEqual([202, 202, 204, 202, 202]);
    for (const [, lease] of answers) {
      expect(await works(lease)).toBe(false);
      expect(refusal(await lookup(lease.id)).errors).toEqual(['invalid lease']);
    }
  });

  it('that is unknown is no error, one that is not named is', async () => {
    expect((await revoke('rent/creds/web/unknown')).status).toBe(202);
    expect((await revoke('rent/creds/web/unknown', { sync: true })).status).toBe(204);
    expect(refusal(await revoke(undefined)).errors).toEqual(['lease_id must be specified']);
  });

  it('of an ssh password makes the password unknown', async () => {
    const { body } = await w.call('POST', 'host/creds/web', {
      token: holder.client_token,
      body: { ip: '10.1.2.3' },
    });
    await revoke(body.lease_id);
    const verified = await w.call('POST', 'host/verify', { token: '', body: { otp: body.data.key } });
    expect(refusal(verified).errors).toEqual(['OTP not found']);
  });

  it('of a token makes the token unusable before anything is removed', async () => {
    const { client_token: token } = await w.token({ policies: ['everything'] });
    await w.token({ policies: ['default'] }, { token });
    const { lease } = tokenOf(await w.deps.store.get(tokenKey(sha256(token)))) as Token;
    const item = await w.deps.store.get(leaseKey(lease?.mountUuid ?? '', lease?.path ?? ''));
    const seen: number[] = [];
    const store: Store = {
      ...w.deps.store,
      async deleteMany(refs) {
        if (refs.length > 0) seen.push((await w.call('GET', 'auth/token/lookup-self', { token })).status);
        await w.deps.store.deleteMany(refs);
      },
    };
    await revokeLeases(store, [item as Item]);
    expect(new Set(seen)).toEqual(new Set([403]));
  });

  it('of a token revokes the token and all below it', async () => {
    const before = (await w.call('LIST', 'sys/leases/lookup/auth/token/create')).body.data.keys as string[];
    const parent = await w.token({ policies: ['everything'] });
    const after = (await w.call('LIST', 'sys/leases/lookup/auth/token/create')).body.data.keys as string[];
    const child = await w.token({ policies: ['default'] }, { token: parent.client_token });
    const name = after.find((key) => !before.includes(key));
    expect((await revoke(`auth/token/create/${name}`)).status).toBe(202);
    for (const { client_token: token } of [parent, child])
      expect((await w.call('GET', 'auth/token/lookup-self', { token })).status).toBe(403);
  });
});

describe('a lease of a namespace', () => {
  it('is reached from above by its suffix, and not from below or beside', async () => {
    const outer = await placeNamespace(w.deps, ROOT, 'outer');
    await placeNamespace(w.deps, ROOT, 'beside');
    const inner = await placeNamespace(w.deps, outer, 'inner');
    await placeMount(w.deps, 'rent/', { type: 'rented', namespaceId: inner.id });
    const { body } = await w.call('POST', 'outer/inner/rent/creds/web', { body: { ttl: '1h' } });
    const id = body.lease_id as string;
    expect(id).toMatch(new RegExp(`^rent/creds/web/[0-9A-Za-z]{24}\\.${inner.id}$`));
    for (const namespace of ['', 'outer', 'outer/inner'])
      expect((await lookup(id, namespace)).body.data).toMatchObject({ id, namespace_path: 'outer/inner/' });
    for (const namespace of ['beside'])
      expect(refusal(await lookup(id, namespace)).errors).toEqual(['invalid lease']);
    const ofRoot = await issue();
    for (const namespace of ['outer', 'beside']) {
      expect(refusal(await lookup(ofRoot.id, namespace)).errors).toEqual(['invalid lease']);
      await w.call('POST', 'sys/leases/revoke', { body: { lease_id: ofRoot.id }, namespace });
    }
    await w.call('POST', 'sys/leases/revoke', { body: { lease_id: id }, namespace: 'beside' });
    expect([(await lookup(ofRoot.id)).status, (await lookup(id)).status]).toEqual([200, 200]);
    const renewed = await w.call('POST', 'sys/leases/renew', {
      body: { lease_id: id, increment: '2h' },
      namespace: 'outer',
    });
    expect(renewed.body.lease_duration).toBe(7_200);
    await revoke(id);
    expect(refusal(await lookup(id)).errors).toEqual(['invalid lease']);
  });
});

describe('tidying leases', () => {
  it('is accepted', async () => {
    const { status, body } = await w.call('POST', 'sys/leases/tidy');
    expect([status, body.warnings]).toEqual([
      202,
      [
        "Tidy operation successfully started. Any information from the operation will be printed to OpenBao's server logs.",
      ],
    ]);
  });
});
