import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweep } from '../../functions/credentials/sweep.ts';
import type { Store } from '../../functions/ports/store.ts';
import { irrevocableKey, migrationKey } from '../../functions/store/keys.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

/** A lease without what its removal needs, so that it is given up. */
const seen = { pk: 'mount#0', sk: 'creds/1', generation: 0 };

function sweepFor(migrationId: string, store = deps.store): Promise<unknown> {
  const until = deps.clock.now() + 60_000;
  const migration = { id: migrationId, switchedAt: 0 };
  const order = { mountUuid: 'mount', below: 1, shard: 0, until, lastAttempt: false, migration };
  return sweep({ ...deps, store }, order);
}

it('a damaged lease that was deleted after the sweep read it is neither stored as irrevocable nor counted', async () => {
  const store: Store = { ...deps.store, query: async () => [seen] };
  const migrationId = deps.ids.uuid();
  await deps.store.commit([{ put: { ...migrationKey(migrationId), leasesIrrevocable: 0 } }]);

  await sweepFor(migrationId, store);

  expect(await deps.store.get({ table: 'leases', pk: seen.pk, sk: seen.sk })).toBeUndefined();
  expect(await deps.store.get(irrevocableKey(migrationId, seen.sk))).toBeUndefined();
  expect(await deps.store.get(migrationKey(migrationId))).toMatchObject({ leasesIrrevocable: 0 });
});

it('a damaged lease is not counted in a record that is deleted, and does not recreate a part of the record', async () => {
  const migrationId = deps.ids.uuid();
  await deps.store.commit([{ put: { table: 'leases', ...seen } }]);

  await sweepFor(migrationId);

  expect(await deps.store.get(migrationKey(migrationId))).toBeUndefined();
  expect(await deps.store.get(irrevocableKey(migrationId, seen.sk))).toBeUndefined();
  await deps.store.deleteMany([{ table: 'leases', pk: seen.pk, sk: seen.sk }]);
});

it('a damaged lease that two executions of a migration give up at once is counted once', async () => {
  const migrationId = deps.ids.uuid();
  await deps.store.commit([
    { put: { ...migrationKey(migrationId), leasesIrrevocable: 0 } },
    { put: { table: 'leases', ...seen } },
  ]);

  await sweepFor(
    migrationId,
    meanwhile(deps.store, () => sweepFor(migrationId)),
  );

  expect(await deps.store.get(migrationKey(migrationId))).toMatchObject({ leasesIrrevocable: 1 });
  await deps.store.deleteMany([{ table: 'leases', pk: seen.pk, sk: seen.sk }]);
});
