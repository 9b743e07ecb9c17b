import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConditionFailed, type Store } from '../../functions/ports/store.ts';
import { migrationKey, namespaceKey, treeKey } from '../../functions/store/keys.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { mountTeardown } from '../../functions/tree/teardownRecord.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
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

  it.each([
    ['been replaced by another of its name', { id: 'other1' }, true],
    ['another in its place', { id: 'other1' }, false],
    ['lost its record', {}, true],
  ])('restores no namespace that has %s', async (_, change, isRecordGone) => {
    const name = deps.ids.hex(8);
    const old = await placeNamespace(deps, ROOT, name);
    await placeNamespace(deps, old, 'child');
    const lagging: Store = { ...deps.store, async *pages() {} };
    await deleteNamespace({ ...deps, store: lagging }, ROOT, `${name}/`);
    const { id } = deps.started.at(-1) ?? { id: '' };
    const entry = treeKey('root', `${name}/`);
    const item = (await deps.store.get(entry)) ?? { pk: '', sk: '' };
    const { table, pk, sk } = namespaceKey(old.id);
    await deps.store.commit([{ put: { table: 'mounts', ...item, ...change } }]);
    if (isRecordGone) await deps.store.deleteMany([{ table, pk, sk }]);
    const before = await Promise.all([deps.store.get(entry), deps.store.get({ table, pk, sk })]);

    await tearDown(deps, id, deps.clock.now() + 60_000);
    deps.clock.pass(60_000);
    await tearDown(deps, id, deps.clock.now() + 60_000);

    expect(before[0]).toMatchObject({ deleting: true });
    expect(await Promise.all([deps.store.get(entry), deps.store.get({ table, pk, sk })])).toEqual(before);
  });

  it('does not remove the namespace that has replaced a deleted one', async () => {
    const name = deps.ids.hex(8);
    await placeNamespace(deps, ROOT, name);
    await deleteNamespace(deps, ROOT, `${name}/`);
    const { id } = deps.started.at(-1) ?? { id: '' };
    const entry = treeKey('root', `${name}/`);
    const item = (await deps.store.get(entry)) ?? { pk: '', sk: '' };
    const other = { ...item, id: 'other2' };
    await deps.store.commit([{ put: { table: 'mounts', ...other } }]);

    await tearDown(deps, id, deps.clock.now() + 60_000);
    deps.clock.pass(60_000);
    await tearDown(deps, id, deps.clock.now() + 60_000);

    expect(await deps.store.get(entry)).toEqual(other);
  });
});
