import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeLeases } from '../../../functions/credentials/removeLeases.ts';
import type { Item } from '../../../functions/ports/store.ts';
import { leaseKey, treeKey } from '../../../functions/store/keys.ts';
import { type Mount, mountOf } from '../../../functions/tree/mount.ts';
import { type KvService, startKv, urlOf } from './kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ leased_passthrough: 'true' }, { maxLeaseTtl: 7_200 });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const storedLease = (leaseId: string): Promise<Item | undefined> =>
  kv.deps.store.get(leaseKey(mount.uuid, leaseId.slice(mount.path.length)));

describe('kv version 1 with leases', () => {
  test('issues a renewable lease for a secret that has a TTL', async () => {
    await kv.call('POST', at('app/db'), { body: { ttl: '1h', password: 'p' } });

    const { status, body } = await kv.call('GET', at('app/db'));

    expect(status).toBe(200);
    expect(body.lease_id).toMatch(new RegExp(`^${mount.path}app/db/[A-Za-z0-9]{24}$`));
    expect(body).toMatchObject({
      renewable: true,
      lease_duration: 3_600,
      data: { ttl: '1h', password: 'p' },
    });
    expect(await storedLease(body.lease_id)).toMatchObject({
      kind: 'secret',
      renewable: true,
      grantedTtl: 3_600,
    });
  });

  test('issues a new lease for every read', async () => {
    const [first, second] = [await kv.call('GET', at('app/db')), await kv.call('GET', at('app/db'))];

    expect(first.body.lease_id).not.toBe(second.body.lease_id);
  });

  test('issues a lease with the default TTL of the mount, not renewable, for a secret without a TTL', async () => {
    await kv.call('POST', at('plain'), { body: { a: 1 } });

    const { body } = await kv.call('GET', at('plain'));

    expect(body).toMatchObject({ renewable: false, lease_duration: 7_200 });
    expect(await storedLease(body.lease_id)).toMatchObject({ renewable: false });
  });

  test('caps a lease at the maximum TTL of its mount, renewable whatever the value of `lease`', async () => {
    await kv.call('POST', at('long'), { body: { ttl: '24h' } });
    await kv.call('POST', at('odd'), { body: { lease: 'soon' } });

    expect((await kv.call('GET', at('long'))).body).toMatchObject({ renewable: true, lease_duration: 7_200 });
    expect((await kv.call('GET', at('odd'))).body).toMatchObject({ renewable: true, lease_duration: 7_200 });
  });

  test('issues no lease for an absent secret', async () => {
    const absent = await kv.call('GET', at('absent'));

    expect(absent.status).toBe(404);
    expect(absent.body).toEqual({ errors: [] });
  });

  test('marks the mount as one that has issued, so that the next move revokes', async () => {
    const item = await kv.deps.store.get(treeKey(mount.namespaceId, mount.path));

    expect(mountOf(item)?.issued).toBe(true);
  });

  test('keeps the secret when its lease is revoked', async () => {
    const { lease_id } = (await kv.call('GET', at('app/db'))).body;
    const lease = (await storedLease(lease_id)) as Item;

    await removeLeases(kv.deps.store, [lease]);

    expect(await storedLease(lease_id)).toBeUndefined();
    expect((await kv.call('GET', at('app/db'))).body.data).toEqual({ ttl: '1h', password: 'p' });
  });
});
