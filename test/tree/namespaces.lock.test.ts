import { afterAll, beforeAll, expect, it } from 'vitest';
import { treeKey } from '../../functions/store/keys.ts';
import { lockNamespace, unlockNamespace } from '../../functions/tree/lockNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

it('does not store the key that unlocks a namespace', async () => {
  await placeNamespace(deps, ROOT, 'hidden');
  const key = await lockNamespace(deps, ROOT, 'hidden/');
  const entry = await deps.store.get(treeKey('root', 'hidden/'));
  expect(entry).toHaveProperty('unlockKeyHash');
  expect(JSON.stringify(entry)).not.toContain(key);
  await unlockNamespace(deps, ROOT, 'hidden/', key);
  expect(await deps.store.get(treeKey('root', 'hidden/'))).not.toHaveProperty('unlockKeyHash');
});

it('returns the valid key although the first answer of the store was lost', async () => {
  await placeNamespace(deps, ROOT, 'lost');
  const { store } = deps;
  const losing: TestDeps = {
    ...deps,
    store: {
      ...store,
      async commit(writes) {
        await store.commit(writes);
        // As the SDK after a lost answer: it retries the write, whose condition its own first try has made fail.
        await store.commit(writes);
      },
    },
  };
  const key = await lockNamespace(losing, ROOT, 'lost/');
  await unlockNamespace(deps, ROOT, 'lost/', key);
});

it('locks once for many concurrent requests', async () => {
  await placeNamespace(deps, ROOT, 'raced');
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, () => lockNamespace(deps, ROOT, 'raced/')),
  );
  const keys = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(keys).toHaveLength(1);
  await unlockNamespace(deps, ROOT, 'raced/', keys[0] ?? '');
});
