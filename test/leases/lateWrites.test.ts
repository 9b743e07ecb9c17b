import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweep } from '../../functions/leases/sweep.ts';
import { ConditionFailed, type Store } from '../../functions/ports/store.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

it('a damaged lease that is gone since it was seen is not kept as irrevocable', async () => {
  const seen = { pk: 'mount#0', sk: 'creds/1', generation: 0 };
  const store: Store = { ...deps.store, query: async () => [seen] };
  const until = deps.clock.now() + 60_000;
  const order = { mountUuid: 'mount', below: 1, shard: 0, until, lastAttempt: false };

  await expect(sweep({ ...deps, store }, order)).rejects.toThrow(ConditionFailed);

  expect(await deps.store.get({ table: 'leases', pk: seen.pk, sk: seen.sk })).toBeUndefined();
});
