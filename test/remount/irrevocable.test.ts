import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../functions/ports/store.ts';
import { irrevocableKey, migrationKey } from '../../functions/store/keys.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { closeMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';
import { sshMount } from './sshMount.ts';

let service: RemountService;
/** A migration with one damaged lease among others. */
let id: string;
let damaged: Item;
/** The stored leases of the mount. */
let leases: () => Promise<Item[]>;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());

beforeEach(async () => {
  const { name, uuid } = await sshMount(service, 3);
  leases = async () => (await leasesOf(service.deps.store, uuid)).flat();
  damaged = (await leases())[0] as Item;
  const { owns: _owns, ...broken } = damaged;
  await service.deps.store.commit([{ put: { table: 'leases', ...(broken as Item) } }]);
  id = await service.move(name, `${name}-new`);
});

function list() {
  return service.call('GET', `sys/remount/irrevocable/${id}`);
}

function retry(body: object = {}) {
  return service.call('POST', `sys/remount/irrevocable/${id}/retry`, { body });
}

describe('the leases that a migration could not revoke', () => {
  it('are listed with the reason, and counted', async () => {
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body.data).toEqual({
      keys: [damaged.id],
      key_info: {
        [damaged.id as string]: {
          reason: 'the record of the lease is damaged',
          time: expect.stringMatching(/^\d{4}-/),
        },
      },
      hidden_leases: 0,
    });
    expect((await service.info(id)).progress).toEqual({
      leases_total: 3,
      leases_revoked: 2,
      leases_irrevocable: 1,
    });
  });

  it('can be listed page by page', async () => {
    const path = `sys/remount/irrevocable/${id}`;
    const query = { after: [damaged.id as string], limit: ['1'] };
    expect((await service.call('GET', path, { query })).body.data.keys).toEqual([]);
  });

  it('stay when another attempt fails too', async () => {
    expect((await retry()).body.data).toEqual({ migration_id: id, leases_revoked: 0, leases_irrevocable: 1 });
    expect((await list()).body.data.keys).toEqual([damaged.id]);
    expect(await leases()).toHaveLength(1);
  });

  it('are revoked when their cause is repaired, and the counts follow', async () => {
    const [kept] = await leases();
    await service.deps.store.commit([{ put: { table: 'leases', ...(kept as Item), owns: damaged.owns } }]);
    expect((await retry()).body.data).toEqual({ migration_id: id, leases_revoked: 1, leases_irrevocable: 0 });
    expect((await list()).body.data).toEqual({ keys: [], key_info: {}, hidden_leases: 0 });
    expect(await leases()).toEqual([]);
    expect((await service.info(id)).progress).toEqual({
      leases_total: 3,
      leases_revoked: 3,
      leases_irrevocable: 0,
    });
  });

  it('are removed by force', async () => {
    expect((await retry({ force: true })).body.data.leases_revoked).toBe(1);
    expect(await leases()).toEqual([]);
  });

  it('are removed by force even when their removal fails', async () => {
    const [kept] = await leases();
    const owns = [{ table: 'storage', pk: kept?.mountUuid, sk: '' }];
    await service.deps.store.commit([{ put: { table: 'leases', ...(kept as Item), owns } }]);
    expect((await retry()).body.data).toMatchObject({ leases_revoked: 0, leases_irrevocable: 1 });
    expect((await retry({ force: true })).body.data).toMatchObject({
      leases_revoked: 1,
      leases_irrevocable: 0,
    });
    expect(await leases()).toEqual([]);
  });

  it('are counted once when two try at once', async () => {
    await Promise.all([retry({ force: true }), retry({ force: true })]);
    expect((await service.info(id)).progress).toMatchObject({ leases_revoked: 3, leases_irrevocable: 0 });
  });

  it('are listed and stored for as long as the record of the migration', async () => {
    const { store, clock } = service.deps;
    clock.pass(60_000);
    await closeMigration(service.deps, id);
    const record = await store.get(migrationKey(id));
    const entry = await store.get(irrevocableKey(id, damaged.id as string));
    const [kept] = await leases();
    expect(entry?.ttl).toBeGreaterThanOrEqual(record?.ttl as number);
    expect(kept?.ttl).toBe(entry?.ttl);
  });

  it('cannot be seen or retried by other namespaces', async () => {
    await service.call('POST', 'sys/namespaces/elsewhere');
    const options = { namespace: 'elsewhere' };
    const path = `sys/remount/irrevocable/${id}`;
    expect((await service.call('GET', path, options)).status).toBe(404);
    expect((await service.call('POST', `${path}/retry`, options)).status).toBe(404);
  });
});
