import { describe, expect, it } from 'vitest';
import { childName } from '../../functions/credentials/child.ts';
import { putInCubbyhole } from '../../functions/credentials/cubbyhole.ts';
import { renewToken } from '../../functions/credentials/renew.ts';
import { markRevoked, revokeToken } from '../../functions/credentials/revoke.ts';
import { cleanupTime, type Token, tokenOf } from '../../functions/credentials/token.ts';
import { engines } from '../../functions/engines/catalog.ts';
import { type Item, type Ref, refOf, type Write } from '../../functions/ports/store.ts';
import {
  accessorKey,
  childKey,
  cubbyholePartition,
  leaseKey,
  sha256,
  tokenKey,
} from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { interleaved } from '../support/interleave.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { tokenWorld } from './tokenWorld.ts';

const w = throughFile(tokenWorld);

const HOUR = 3_600_000;

function hashIn(place: Ref | undefined): string {
  return (place?.pk ?? '').slice('token#'.length);
}

/** The first write of `revoke-orphan`. */
async function retire(token: Ref): Promise<void> {
  const there = { pk: { present: true } } as const;
  await w.deps.store.commit([{ update: token, set: { retired: true }, if: there }]);
}

describe('renewing a token', () => {
  it('grants its ttl again, or the increment of the request', async () => {
    const { client_token } = await w.token({ policies: ['default'], ttl: '1h' });
    w.deps.clock.pass(HOUR / 2);
    const again = await w.post('renew', { token: client_token });
    expect(again.body.auth).toMatchObject({ client_token, lease_duration: 3_600, renewable: true });
    expect(again.body.data).toBeNull();
    const more = await w.post('renew-self', { increment: '3h' }, client_token);
    expect(more.body.auth).toMatchObject({ client_token, lease_duration: 10_800 });
    const less = await w.post('renew-self', { increment: 600 }, client_token);
    expect(less.body.auth.lease_duration).toBe(600);
    w.deps.clock.pass(600_000);
    expect(await w.works(client_token)).toBe(false);
  });

  it('without an increment grants again what was granted last', async () => {
    const { client_token: token } = await w.token({
      policies: ['default'],
      ttl: '1h',
      explicit_max_ttl: '9h',
    });
    const granted = async (increment: string) =>
      (await w.post('renew', { token, increment })).body.auth.lease_duration;
    for (const [increment, seconds] of [
      ['2h', 7_200],
      ['', 7_200],
      ['90s', 90],
      ['0', 90],
      ['99h', 9 * 3_600],
      ['', 9 * 3_600],
    ] as const)
      expect(await granted(increment)).toBe(seconds);
  });

  it('by its accessor does not show the token', async () => {
    const { accessor } = await w.token({ policies: ['default'], ttl: '1h' });
    const { body } = await w.post('renew-accessor', { accessor, increment: 7_200 });
    expect(body.auth).toMatchObject({ client_token: '', accessor, lease_duration: 7_200 });
  });

  it('shows in lookups', async () => {
    const { client_token: token } = await w.token({ policies: ['default'], ttl: '1h' });
    await w.post('renew-self', {}, token);
    const { data } = (await w.post('lookup', { token })).body;
    expect(data.last_renewal_time).toBe(Math.floor(Date.parse(data.last_renewal) / 1_000));
  });

  it('never exceeds the maximum, counted from its creation', async () => {
    const { client_token } = await w.token({ policies: ['default'], ttl: '1h', explicit_max_ttl: '2h' });
    w.deps.clock.pass(HOUR * 0.75);
    expect((await w.post('renew', { token: client_token })).body.auth.lease_duration).toBe(3_600);
    w.deps.clock.pass(HOUR * 0.75);
    const { auth, warnings } = (await w.post('renew', { token: client_token })).body;
    expect(auth.lease_duration).toBe(1_800);
    expect(warnings).toEqual([
      'TTL of "1h" exceeded the effective max_ttl of "30m"; TTL value is capped accordingly',
    ]);
  });

  it('always grants a periodic token its period, whatever the increment', async () => {
    const { client_token } = await w.token({ policies: ['default'], period: '500h' });
    for (let i = 0; i < 4; i++) {
      w.deps.clock.pass(499 * HOUR);
      const { body } = await w.post('renew', { token: client_token, increment: 10 });
      expect(body.auth.lease_duration).toBe(500 * 3_600);
    }
  });

  it('cuts a period to the maximum of the mount as it is tuned now, and tells so', async () => {
    const { client_token } = await w.token({ policies: ['default'], period: '3h' });
    await w.call('POST', 'sys/auth/token/tune', { body: { max_lease_ttl: '2h' } });
    const { auth, warnings } = (await w.post('renew', { token: client_token })).body;
    expect(auth.lease_duration).toBe(7_200);
    expect(warnings).toEqual([
      'period of "3h" exceeded the effective max_ttl of "2h"; period value is capped accordingly',
    ]);
    await w.call('POST', 'sys/auth/token/tune', { body: { max_lease_ttl: '0' } });
    expect((await w.post('renew', { token: client_token })).body.auth.lease_duration).toBe(10_800);
  });

  it('extends the entries that lead to the token as well', async () => {
    const parent = await w.token({ policies: ['maker'], period: '10h' });
    const child = await w.token({ ttl: '1h' }, { token: parent.client_token });
    await w.post('renew', { token: child.client_token, increment: '9h' });
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
    ['a root token without an end', {}, 'lease is not renewable'],
    ['one created so', { policies: ['default'], renewable: false }, 'lease is not renewable'],
  ])('is refused for %s', async (_, how, text) => {
    const { client_token } = await w.token(how);
    expect(refusal(await w.post('renew', { token: client_token }))).toEqual({ status: 400, errors: [text] });
  });

  it.each<[string, (places: Ref[]) => Promise<unknown>]>([
    ['is revoked', ([token]) => revokeToken(w.deps, { hash: hashIn(token) })],
    ['is marked as revoked', ([token]) => markRevoked(w.deps.store, hashIn(token))],
    ['is being revoked without its children', ([token]) => retire(token as Ref)],
    ['is deleted', ([token]) => w.deps.store.deleteMany([token as Ref])],
    ['has lost its accessor', ([, accessor]) => w.deps.store.deleteMany([accessor as Ref])],
    ['has lost its lease', ([, , lease]) => w.deps.store.deleteMany([lease as Ref])],
  ])('writes nothing when the token %s after it was found valid', async (_, meanwhile) => {
    const auth = await w.token({ policies: ['default'], ttl: '1h' });
    const places = await w.placesOf(auth);
    let left: Item[] = [];
    const store = interleaved(w.deps.store, places[0]?.pk ?? '', async () => {
      await meanwhile(places);
      left = await w.stored(places);
    });
    const renewal = renewToken({ ...w.deps, store }, engines, sha256(auth.client_token), ROOT, 7_200);
    await expect(renewal).rejects.toThrow();
    expect(await w.stored(places)).toEqual(left);
  });

  /** A token, and an item that it stores or is about to store. */
  async function storing() {
    const auth = await w.token({ policies: ['default'], ttl: '1h' });
    const hash = sha256(auth.client_token);
    const item = { table: 'storage', pk: cubbyholePartition(auth.accessor), sk: 'mine' } as const;
    return { hash, item, owner: tokenOf(await w.deps.store.get(tokenKey(hash))) as Token };
  }

  /** Whether the item lives as long as the token. */
  async function expectKept(hash: string, item: Ref): Promise<void> {
    const token = tokenOf(await w.deps.store.get(tokenKey(hash)));
    const kept = await w.deps.store.get(item);
    expect(kept?.ttl).toBe(cleanupTime(token?.expiresAt));
  }

  it('extends an item that the token stores meanwhile for the first time', async () => {
    const { hash, item, owner } = await storing();
    const putting = () => putInCubbyhole(w.deps, owner, item);
    await renewToken({ ...w.deps, store: meanwhile(w.deps.store, putting) }, engines, hash, ROOT, 7_200);
    await expectKept(hash, item);
  });

  it('extends an item that the token is about to store', async () => {
    const { hash, item, owner } = await storing();
    const store = meanwhile(w.deps.store, () => renewToken(w.deps, engines, hash, ROOT, 7_200));
    await putInCubbyhole({ ...w.deps, store }, owner, item);
    await expectKept(hash, item);
  });

  it('keeps the longer end of an item when a longer renewal overtakes a shorter one', async () => {
    const { hash, item, owner } = await storing();
    await putInCubbyhole(w.deps, owner, item);
    const longer = () => renewToken(w.deps, engines, hash, ROOT, 1_000_000);
    const isKeeping = ([write]: Write[]) => write !== undefined && refOf(write).table === 'storage';
    await renewToken(
      { ...w.deps, store: meanwhile(w.deps.store, longer, isKeeping) },
      engines,
      hash,
      ROOT,
      7_200,
    );
    await expectKept(hash, item);
  });

  it('loses a race with a revocation', async () => {
    for (let round = 0; round < 3; round++) {
      const auth = await w.token({ policies: ['default'], ttl: '1h' });
      const { client_token } = auth;
      const places = await w.placesOf(auth);
      const renewals = Array.from({ length: 6 }, () => w.post('renew', { token: client_token }));
      const [revoked, ...renewed] = await Promise.all([
        w.post('revoke', { token: client_token }),
        ...renewals,
      ]);
      expect(revoked.status).toBe(204);
      for (const answer of renewed) expect([200, 400]).toContain(answer.status);
      expect(await w.works(client_token)).toBe(false);
      expect(await w.stored(places)).toEqual([]);
    }
  });
});
