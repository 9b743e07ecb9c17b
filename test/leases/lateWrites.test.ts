import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweep } from '../../functions/leases/sweep.ts';
import { irrevocableKey, migrationKey } from '../../functions/ports/keys.ts';
import type { Store } from '../../functions/ports/store.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

it('a damaged lease that is gone since it was seen is not kept as irrevocable, nor counted', async () => {
  const seen = { pk: 'mount#0', sk: 'creds/1', generation: 0 };
  const store: Store = { ...deps.store, query: async () => [seen] };
  const until = deps.clock.now() + 60_000;
  const migrationId = deps.ids.uuid();
  const { table, pk, sk } = migrationKey(migrationId);
  await deps.store.commit([{ table, put: { pk, sk, leasesIrrevocable: 0 } }]);
  const order = {
    mountUuid: 'mount',
    below: 1,
    shard: 0,
    until,
    lastAttempt: false,
    migration: { id: migrationId, switchedAt: 0 },
  };

  await sweep({ ...deps, store }, order);

  expect(await deps.store.get({ table: 'leases', pk: seen.pk, sk: seen.sk })).toBeUndefined();
  expect(await deps.store.get(irrevocableKey(migrationId, seen.sk))).toBeUndefined();
  expect(await deps.store.get({ table, pk, sk })).toMatchObject({ leasesIrrevocable: 0 });
});
