import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespaceKey, treeKey } from '../../functions/store/keys.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { lockNamespace, unlockNamespace } from '../../functions/tree/lockNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { patchNamespace, putNamespace } from '../../functions/tree/putNamespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

it('a new namespace never takes the id of another, nor of one that is being cleared away', async () => {
  const first = await putNamespace(deps, ROOT, 'first/', {});
  const deleted = await putNamespace(deps, ROOT, 'deleted/', {});
  await deleteNamespace(deps, ROOT, 'deleted/');
  const offered = [first.id, deleted.id, 'second'];
  const ids = { ...deps.ids, base62: () => offered.shift() ?? '' };

  const second = await putNamespace({ ...deps, ids }, ROOT, 'second/', {});

  expect(second.id).toBe('second');
  expect(await deps.store.get(namespaceKey(first.id))).toMatchObject({ path: 'first/' });
});

it('a namespace that another request locks meanwhile keeps the key of that request', async () => {
  await placeNamespace(deps, ROOT, 'locked');
  let key = '';
  const store = meanwhile(deps.store, async () => {
    key = await lockNamespace(deps, ROOT, 'locked/');
  });

  await expect(lockNamespace({ ...deps, store }, ROOT, 'locked/')).rejects.toMatchObject({ status: 400 });

  await unlockNamespace(deps, ROOT, 'locked/', key);
});

/** Another request changes the entry of a namespace below the root. */
async function overtake(name: string, change: Record<string, unknown>): Promise<void> {
  const item = (await deps.store.get(treeKey('root', name))) ?? { pk: '', sk: '' };
  await deps.store.commit([{ put: { table: 'mounts', ...item, ...change } }]);
}

it.each([
  ['was patched', { version: 2 }],
  ['has made place for another', { id: 'other1' }],
])('a namespace that %s meanwhile is patched in its current state', async (_, change) => {
  const name = `${deps.ids.hex(8)}/`;
  await placeNamespace(deps, ROOT, name.slice(0, -1));
  const store = meanwhile(deps.store, () => overtake(name, { ...change, metadata: { theirs: 'kept' } }));

  await patchNamespace({ ...deps, store }, ROOT, name, { ours: 'kept' });

  const after = await deps.store.get(treeKey('root', name));
  expect(after?.metadata).toEqual({ theirs: 'kept', ours: 'kept' });
});

it('a namespace that has made place for another since it was read gets no child', async () => {
  const name = `${deps.ids.hex(8)}/`;
  const parent = await placeNamespace(deps, ROOT, name.slice(0, -1));
  await overtake(name, { id: 'other2' });
  const before = await deps.store.get(treeKey('root', name));

  await expect(putNamespace(deps, parent, 'child/', {})).rejects.toMatchObject({ status: 404 });

  expect(await deps.store.get(treeKey('root', name))).toEqual(before);
  expect(await deps.store.get(treeKey(parent.id, 'child/'))).toBeUndefined();
});
