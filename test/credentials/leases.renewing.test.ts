import { describe, expect, it } from 'vitest';
import { childName } from '../../functions/credentials/child.ts';
import { renewLease } from '../../functions/credentials/renew.ts';
import { engines } from '../../functions/engines/catalog.ts';
import type { Item, Ref } from '../../functions/ports/store.ts';
import { childKey, leaseKey, sha256, storageKey, treeKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { interleaved } from '../support/interleave.ts';
import { placeMount } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { leaseWorld } from './leaseWorld.ts';

const w = throughFile(leaseWorld);

const HOUR = 3_600_000;

describe('renewing a lease', () => {
  it('grants its ttl again or the increment, whether the body or the path has the id', async () => {
    const lease = await w.issue('web', { ttl: '1h' });
    w.deps.clock.pass(HOUR / 2);
    const { status, body } = await w.renew(lease.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lease_id: lease.id,
      renewable: true,
      lease_duration: 3_600,
      data: null,
      auth: null,
    });
    expect((await w.renew(lease.id, '3h')).body.lease_duration).toBe(10_800);
    for (const path of ['sys/leases/renew', 'sys/renew']) {
      const answer = await w.call('PUT', `${path}/${lease.id}`, { body: { increment: 600 } });
      expect(answer.body.lease_duration).toBe(600);
    }
    const alias = await w.call('PUT', 'sys/renew', { body: { lease_id: lease.id, increment: 7_200 } });
    expect(alias.body.lease_duration).toBe(7_200);
    expect((await w.renew(lease.id)).body.lease_duration).toBe(7_200);
    w.deps.clock.pass(1.5 * HOUR);
    expect(await w.works(lease)).toBe(true);
    w.deps.clock.pass(HOUR / 2);
    expect(await w.works(lease)).toBe(false);
  });

  it('never exceeds the maximum of its mount, counted from its issue', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 7_200, forceNoCache: false };
    await placeMount(w.deps, 'short/', { type: 'rented', config });
    const { id } = await w.issue('web', { ttl: '1h' }, 'short');
    w.deps.clock.pass(1_800_000);
    const { body } = await w.renew(id, '3h');
    expect(body.lease_duration).toBe(5_400);
    expect(body.warnings).toEqual([
      'TTL of "3h" exceeded the effective max_ttl of "1h30m"; TTL value is capped accordingly',
    ]);
  });

  it('uses the current maximum of its mount', async () => {
    const config = { defaultLeaseTtl: 0, maxLeaseTtl: 7_200, forceNoCache: false };
    const mount = await placeMount(w.deps, 'tuned/', { type: 'rented', config });
    const lease = await w.issue('web', { ttl: '2h' }, 'tuned');
    const tune = async (maxLeaseTtl: number) => {
      const set = { config: { ...config, maxLeaseTtl } };
      await w.deps.store.commit([
        { update: treeKey(mount.namespaceId, mount.path), set, if: { kind: 'mount' } },
      ]);
    };
    await tune(36_000);
    expect((await w.renew(lease.id, '5h')).body.lease_duration).toBe(18_000);
    w.deps.clock.pass(HOUR);
    await tune(10_800);
    expect((await w.renew(lease.id, '5h')).body.lease_duration).toBe(7_200);
    await tune(1_800);
    expect(refusal(await w.renew(lease.id))).toEqual({
      status: 400,
      errors: ['past the max TTL, cannot renew'],
    });
    expect((await w.lookup(lease.id)).status).toBe(200);
  });

  it('works for leased secrets of kv that have a ttl, and for no others', async () => {
    await w.call('POST', 'old/with', { body: { password: 'x', ttl: '1h' } });
    await w.call('POST', 'old/without', { body: { password: 'x' } });
    const read = async (path: string) => (await w.call('GET', path, { token: w.holder.client_token })).body;
    const [leased, fixed] = [await read('old/with'), await read('old/without')];
    expect([leased.renewable, fixed.renewable]).toEqual([true, false]);
    expect((await w.renew(leased.lease_id, '2h')).body.lease_duration).toBe(7_200);
    await w.call('DELETE', 'old/with');
    expect(refusal(await w.renew(leased.lease_id)).errors).toEqual([
      'the secret has been deleted, not renewing',
    ]);
    expect(refusal(await w.renew(fixed.lease_id)).errors).toEqual(['lease is not renewable']);
  });

  it('is refused with a different text for each reason', async () => {
    const expired = await w.issue('web', { ttl: '1h' });
    const fixed = await w.issue('web', { renewable: false });
    const otp = await w.call('POST', 'host/creds/web', {
      token: w.holder.client_token,
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
    for (const [id, text] of rows)
      expect(refusal(await w.renew(id))).toEqual({ status: 400, errors: [text] });
  });

  it.each<[string, (places: Ref[]) => Promise<unknown>]>([
    ['itself', ([lease]) => w.deps.store.deleteMany([lease as Ref])],
    ['entry with its holder', ([, entry]) => w.deps.store.deleteMany([entry as Ref])],
    ['credential', ([, , owned]) => w.deps.store.deleteMany([owned as Ref])],
    ['whole', (places) => w.deps.store.deleteMany(places)],
  ])('writes nothing when the lease loses its %s after it was found valid', async (_, meanwhile) => {
    const { id, key } = await w.issue('web', { ttl: '1h' });
    const path = id.slice('rent/'.length);
    const places = [
      leaseKey(w.rent.uuid, path),
      childKey(sha256(w.holder.client_token), childName({ lease: { mountUuid: w.rent.uuid, path } })),
      storageKey(w.rent.uuid, `key/${key}`),
    ];
    let left: (Item | undefined)[] = [];
    const store = interleaved(w.deps.store, w.rent.uuid, async () => {
      await meanwhile(places);
      left = await w.deps.store.getMany(places);
    });
    await expect(renewLease({ ...w.deps, store }, engines, id, ROOT, 7_200)).rejects.toThrow();
    expect(left.filter((item) => item !== undefined).length).toBeLessThan(3);
    expect(await w.deps.store.getMany(places)).toEqual(left);
  });

  it('loses a race with a revocation', async () => {
    for (let round = 0; round < 3; round++) {
      const lease = await w.issue('race', { ttl: '1h' });
      const renewals = Array.from({ length: 6 }, () => w.renew(lease.id));
      const [revoked, ...renewed] = await Promise.all([w.revoke(lease.id, { sync: true }), ...renewals]);
      expect(revoked.status).toBe(204);
      for (const { status } of renewed) expect([200, 400, 503]).toContain(status);
      expect(await w.works(lease)).toBe(false);
      expect(await w.deps.store.get(leaseKey(w.rent.uuid, lease.id.slice('rent/'.length)))).toBeUndefined();
    }
  });
});
