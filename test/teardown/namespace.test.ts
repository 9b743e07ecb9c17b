import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFields } from '../../functions/http/fields.ts';
import { NAMESPACE_MARKS, SETTLE_MS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import {
  builtinKey,
  closedKeys,
  generationKey,
  namespaceKey,
  policyKey,
  storageKey,
  tokenRoleKey,
} from '../../functions/store/keys.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { locate } from '../../functions/tree/locate.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { tuneMount } from '../../functions/tree/tuneMount.ts';
import { TUNE_FIELDS } from '../../functions/tree/tuning.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runTeardown } from '../support/workflow.ts';

let deps: TestDeps;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.base62(8);
  deps.started.length = 0;
});

/** Runs every teardown that was started, and every one that these start. */
async function runTeardowns(): Promise<void> {
  for (let i = 0; i < deps.started.length; i++) await runTeardown(deps, deps.started[i]?.id ?? '');
}

describe('a deleted namespace', () => {
  it('stops serving at once, and leaves nothing', async () => {
    const namespace = await placeNamespace(deps, ROOT, name);
    const mount = await placeMount(deps, 'a/b/kv/', { namespaceId: namespace.id });
    const stored = storageKey(mount.uuid, 'data/x');
    const policy = policyKey(namespace.id, 'p');
    const role = tokenRoleKey(namespace.id, 'r');
    await deps.store.commit([
      { put: { ...stored } },
      { put: { ...role } },
      { put: { ...policy, text: '', compiled: '{"rules":[]}' } },
    ]);
    const tuning = readFields(TUNE_FIELDS, { audit_non_hmac_request_keys: ['a'] });
    for (const path of ['sys/', 'auth/token/']) await tuneMount(deps.store, namespace, path, tuning, {});

    expect(await deleteNamespace(deps, ROOT, `${name}/`)).toBe(true);
    expect((await locate(deps.store, `${name}/a/b/kv/data/x`)).namespace.id).toBe('root');
    expect(await deps.store.get(namespaceKey(namespace.id))).toBeUndefined();
    expect(await deps.store.get(stored)).toBeDefined();
    await runTeardowns();

    expect(await deps.store.query({ table: 'mounts', pk: namespace.id })).toEqual([]);
    expect(await deps.store.query({ table: 'storage', pk: mount.uuid })).toEqual([]);
    expect(await deps.store.query({ table: 'access', pk: policy.pk })).toEqual([]);
    expect(await deps.store.query({ table: 'access', pk: role.pk })).toEqual([]);
    expect(await deps.store.query({ table: 'mounts', pk: builtinKey(namespace.id, '').pk })).toEqual([]);
    expect(await deps.store.getMany(closedKeys(namespace.id))).toEqual(
      Array(NAMESPACE_MARKS).fill(undefined),
    );
    // What the mount issued stays revoked.
    expect((await deps.store.get(generationKey(mount.uuid)))?.generation).toBe(1);
  });

  it('waits for requests in flight, counted from its own start, however late that is', async () => {
    await placeNamespace(deps, ROOT, name);
    await deleteNamespace(deps, ROOT, `${name}/`);
    deps.clock.pass(3_600_000);
    const { id } = deps.started[0] ?? { id: '' };
    expect(await tearDown(deps, id, deps.clock.now() + 60_000)).toMatchObject({ done: false });
    await runTeardowns();
  });

  it('leaves the namespace alone that has taken its name', async () => {
    const old = await placeNamespace(deps, ROOT, name);
    await placeMount(deps, 'kv/', { namespaceId: old.id });
    await deleteNamespace(deps, ROOT, `${name}/`);
    const next = await placeNamespace(deps, ROOT, name);
    const mount = await placeMount(deps, 'kv/', { namespaceId: next.id });

    await runTeardowns();

    expect(await deps.store.query({ table: 'mounts', pk: old.id })).toEqual([]);
    expect((await locate(deps.store, `${name}/kv/x`)).mount?.uuid).toBe(mount.uuid);
  });

  it('stays when a listing shows too late that a child was made', async () => {
    const namespace = await placeNamespace(deps, ROOT, name);
    const child = await placeNamespace(deps, namespace, 'child');
    const visibleAt = deps.clock.now() + SETTLE_MS - 20;
    const lagging: Store = {
      ...deps.store,
      async *pages(range) {
        if (range.pk !== namespace.id || deps.clock.now() >= visibleAt) yield* deps.store.pages(range);
      },
    };
    await expect(deleteNamespace({ ...deps, store: lagging }, ROOT, `${name}/`)).rejects.toMatchObject({
      status: 400,
    });
    expect((await locate(deps.store, `${child.path}x`)).namespace.id).toBe(child.id);
  });
});
