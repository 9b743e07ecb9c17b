import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMESPACE_MARKS } from '../../functions/limits.ts';
import { closedKeys, treeKey } from '../../functions/store/keys.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
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

it('leaves no mark of a lock that is over', async () => {
  const { id } = await placeNamespace(deps, ROOT, 'marked');
  const marks = async () => (await deps.store.getMany(closedKeys(id))).filter((mark) => mark);
  const key = await lockNamespace(deps, ROOT, 'marked/');
  expect(await marks()).toHaveLength(NAMESPACE_MARKS);
  await unlockNamespace(deps, ROOT, 'marked/', key);
  expect(await marks()).toEqual([]);
});

it('does not keep a namespace from being deleted', async () => {
  const { id } = await placeNamespace(deps, ROOT, 'doomed');
  await lockNamespace(deps, ROOT, 'doomed/');
  expect(await deleteNamespace(deps, ROOT, 'doomed/')).toBe(true);
  // They are those of the deletion from now on.
  const marks = await deps.store.getMany(closedKeys(id));
  expect(marks.map((mark) => mark && 'kind' in mark)).toEqual(Array(NAMESPACE_MARKS).fill(false));
});
