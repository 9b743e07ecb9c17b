import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConditionFailed, type Store } from '../../functions/ports/store.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { mountTeardown } from '../../functions/tree/teardownRecord.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

describe('a late write', () => {
  it('never takes the id of another teardown', async () => {
    const { write } = mountTeardown(deps, await placeMount(deps, 'taken/'));
    await deps.store.commit([write]);
    await expect(deps.store.commit([write])).rejects.toThrow(ConditionFailed);
  });

  it('stores no heartbeat of a teardown that another execution has ended', async () => {
    const { id, write } = mountTeardown(deps, await placeMount(deps, 'ended/'));
    await deps.store.commit([write]);
    const seen = await deps.store.get(migrationKey(id));
    await deps.store.commit([{ delete: migrationKey(id) }]);
    const store: Store = { ...deps.store, get: async () => seen };

    await expect(tearDown({ ...deps, store }, id, deps.clock.now() + 60_000)).rejects.toThrow(
      ConditionFailed,
    );

    expect(await deps.store.get(migrationKey(id))).toBeUndefined();
  });
});
