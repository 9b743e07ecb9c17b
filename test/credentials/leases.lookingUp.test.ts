import { describe, expect, it } from 'vitest';
import { type Token, tokenOf } from '../../functions/credentials/token.ts';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
import { raiseGeneration } from '../../functions/tree/generation.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { leaseWorld } from './leaseWorld.ts';

const w = throughFile(leaseWorld);

const HOUR = 3_600_000;

describe('looking up a lease', () => {
  it('shows its times, and the path that issued it', async () => {
    const { id } = await w.issue('team/web', { ttl: '1h' });
    const { status, body } = await w.lookup(id);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id,
      issue_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expire_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      last_renewal: null,
      renewable: true,
      ttl: expect.closeTo(3_600, -1),
      path: 'rent/creds/team/web',
    });
    await w.renew(id, '2h');
    expect((await w.lookup(id)).body.data).toMatchObject({
      ttl: expect.closeTo(7_200, -1),
      last_renewal: expect.any(String),
    });
  });

  it('warns of a field that only the path of a list has', async () => {
    const { id } = await w.issue('web', { ttl: '1h' });
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
    expect(refusal(await w.lookup(id))).toEqual({ status: 400, errors: [text] });
  });

  it('finds the lease of a token below auth/token/create or below the path of the login', async () => {
    await placeMount(w.deps, 'auth/people/', { type: 'userpass' });
    await w.call('POST', 'auth/people/users/ann', { body: { password: 'a-long-password' } });
    await w.call('POST', 'auth/people/login/ann', { token: '', body: { password: 'a-long-password' } });
    const keys = async (path: string) =>
      (await w.call('LIST', `sys/leases/lookup/${path}`)).body.data.keys as string[];
    const [ofLogin] = await keys('auth/people/login/ann');
    const [ofCreate] = await keys('auth/token/create');
    for (const id of [`auth/people/login/ann/${ofLogin}`, `auth/token/create/${ofCreate}`])
      expect((await w.lookup(id)).body.data).toMatchObject({ id, renewable: true });
  });

  it('finds none that has expired, whose token is revoked, or whose generation is not current', async () => {
    const [expired, cutOff] = [await w.issue('web', { ttl: '1h' }), await w.issue('web', { ttl: '100h' })];
    w.deps.clock.pass(HOUR);
    expect(refusal(await w.lookup(expired.id)).errors).toEqual(['invalid lease']);
    expect((await w.lookup(cutOff.id)).status).toBe(200);
    const moved = await placeMount(w.deps, 'moved/', { type: 'rented' });
    const ofMoved = await w.issue('web', {}, 'moved');
    await w.deps.store.commit([raiseGeneration(moved.uuid, 1)]);
    expect(refusal(await w.lookup(ofMoved.id)).errors).toEqual(['invalid lease']);
    expect(refusal(await w.renew(ofMoved.id)).errors).toEqual(['lease not found']);
    const other = await w.token({ policies: ['everything'], ttl: '1h' });
    const held = await w.call('POST', 'rent/creds/web', { token: other.client_token, body: { ttl: '2h' } });
    expect((await w.lookup(held.body.lease_id)).status).toBe(200);
    w.deps.clock.pass(HOUR);
    expect(refusal(await w.lookup(held.body.lease_id)).errors).toEqual(['invalid lease']);
  });

  it('finds none of a token without remaining uses', async () => {
    const { client_token: token } = await w.token({ policies: ['default'], num_uses: 1 });
    const { lease } = tokenOf(await w.deps.store.get(tokenKey(sha256(token)))) as Token;
    const id = `auth/token/${lease?.path}`;
    expect((await w.lookup(id)).status).toBe(200);
    await w.call('GET', 'auth/token/lookup-self', { token });
    expect(refusal(await w.lookup(id)).errors).toEqual(['invalid lease']);
  });

  it('has no other path', async () => {
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
    expect(refusal(await w.lookup(first.body.lease_id)).errors).toEqual(['invalid lease']);
    expect((await w.call('LIST', 'sys/leases/lookup/rent/creds/limited')).status).toBe(404);
  });
});

describe('a lease of a namespace', () => {
  it('is found from namespaces above by its suffix, and not from below or beside', async () => {
    const outer = await placeNamespace(w.deps, ROOT, 'outer');
    await placeNamespace(w.deps, ROOT, 'beside');
    const inner = await placeNamespace(w.deps, outer, 'inner');
    await placeMount(w.deps, 'rent/', { type: 'rented', namespaceId: inner.id });
    const { body } = await w.call('POST', 'outer/inner/rent/creds/web', { body: { ttl: '1h' } });
    const id = body.lease_id as string;
    expect(id).toMatch(new RegExp(`^rent/creds/web/[0-9A-Za-z]{24}\\.${inner.id}$`));
    for (const namespace of ['', 'outer', 'outer/inner'])
      expect((await w.lookup(id, namespace)).body.data).toMatchObject({ id, namespace_path: 'outer/inner/' });
    for (const namespace of ['beside'])
      expect(refusal(await w.lookup(id, namespace)).errors).toEqual(['invalid lease']);
    const ofRoot = await w.issue();
    for (const namespace of ['outer', 'beside']) {
      expect(refusal(await w.lookup(ofRoot.id, namespace)).errors).toEqual(['invalid lease']);
      await w.call('POST', 'sys/leases/revoke', { body: { lease_id: ofRoot.id }, namespace });
    }
    await w.call('POST', 'sys/leases/revoke', { body: { lease_id: id }, namespace: 'beside' });
    expect([(await w.lookup(ofRoot.id)).status, (await w.lookup(id)).status]).toEqual([200, 200]);
    const renewed = await w.call('POST', 'sys/leases/renew', {
      body: { lease_id: id, increment: '2h' },
      namespace: 'outer',
    });
    expect(renewed.body.lease_duration).toBe(7_200);
    await w.revoke(id);
    expect(refusal(await w.lookup(id)).errors).toEqual(['invalid lease']);
  });
});
