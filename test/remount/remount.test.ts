import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OVERDUE_MS, SWITCH_DEADLINE_MS } from '../../functions/limits.ts';
import { type Store, StoreBusy } from '../../functions/ports/store.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { statusRoutes } from '../../functions/remount/statusRoutes.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { switchMount } from '../../functions/remount/switchMount.ts';
import { generationKey, migrationKey, treeKey } from '../../functions/store/keys.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { locate } from '../../functions/tree/locate.ts';
import { unchangedMount } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';

let deps: TestDeps;
let call: Caller;
let name: string;

beforeAll(async () => {
  deps = await testDeps();
  const api = { builtin: [...remountRoutes, ...statusRoutes], engines: {} };
  call = caller(deps, api, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.base62(8);
});

async function post(from: string, to: string): Promise<string> {
  const { status, body } = await call('POST', 'sys/remount', { body: { from, to } });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.migration_id;
}

describe('a move', () => {
  it('moves the mount to the target with all its settings', async () => {
    const before = await placeMount(deps, `${name}/`, { options: { version: '2' } });

    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);

    const { mount } = await locate(deps.store, `${name}-new/data/x`);
    expect(mount).toMatchObject({ uuid: before.uuid, accessor: before.accessor, options: before.options });
    expect((await locate(deps.store, `${name}/data/x`)).mount).toBeUndefined();
    const { body } = await call('GET', `sys/remount/status/${id}`);
    expect(body.migration_info).toMatchObject({
      source_mount: `${name}/`,
      target_mount: `${name}-new/`,
      status: 'success',
    });
    expect(body.data).toEqual({ migration_id: id, migration_info: body.migration_info });
  });

  it('crosses namespaces, and is visible where its source or target is and nowhere else', async () => {
    const source = await placeNamespace(deps, ROOT, `${name}a`);
    const target = await placeNamespace(deps, ROOT, `${name}b`);
    const other = await placeNamespace(deps, ROOT, `${name}c`);
    const before = await placeMount(deps, 'deep/kv/', { namespaceId: source.id });

    const id = await post(`${source.path}deep/kv`, `${target.path}kv`);
    await runMigration(deps, id);

    expect((await locate(deps.store, `${target.path}kv/x`)).mount?.uuid).toBe(before.uuid);
    for (const namespace of [source.path, target.path, '']) {
      expect((await call('GET', `sys/remount/status/${id}`, { namespace })).status).toBe(200);
    }
    expect(await call('GET', `sys/remount/status/${id}`, { namespace: other.path })).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
  });

  it('raises the generation by one at each switch', async () => {
    const mount = await placeMount(deps, `${name}/`);
    await runMigration(deps, await post(name, `${name}-1`));
    await runMigration(deps, await post(`${name}-1`, name));

    const item = await deps.store.get(generationKey(mount.uuid));
    expect(item?.generation).toBe(2);
    expect((await locate(deps.store, name)).mount?.generation).toBe(2);
  });

  it('clears the forks that it empties', async () => {
    await placeMount(deps, `${name}/a/b/`);
    await runMigration(deps, await post(`${name}/a/b`, `${name}-flat`));
    expect(await deps.store.query({ table: 'mounts', pk: 'root', prefix: `${name}/` })).toEqual([]);
    await placeMount(deps, `${name}/`);
  });

  it('can repeat every step without further effect', async () => {
    await placeMount(deps, `${name}/`, { issued: true });
    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);
    const done = await readMigration(deps, id);

    await runMigration(deps, id);
    await closeMigration(deps, id);
    const closed = await readMigration(deps, id);
    await closeMigration(deps, id);
    await runMigration(deps, id);

    expect(done).toMatchObject({ status: 'success', phase: 'done' });
    expect(closed).toMatchObject({ status: 'success', finishedAt: done?.finishedAt });
    expect(closed?.nextLook).toBeUndefined();
    expect((await locate(deps.store, `${name}-new`)).mount?.generation).toBe(1);
  });
});

describe('a race', () => {
  it('that took the target fails the migration with the conflict as its reason, and changes nothing', async () => {
    const before = await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    await placeMount(deps, `${name}-new/deeper/`);

    await runMigration(deps, id);

    const { body } = await call('GET', `sys/remount/status/${id}`);
    expect(body.migration_info).toMatchObject({
      status: 'failure',
      error: { code: 'target_in_use', message: `path already in use at "${name}-new/deeper/"` },
    });
    expect((await locate(deps.store, name)).mount).toEqual(before);
  });

  it('that took the source away fails the migration', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    await runMigration(deps, await post(name, `${name}-other`));

    await runMigration(deps, id);

    expect(await readMigration(deps, id)).toMatchObject({
      status: 'failure',
      error: { code: 'source_gone' },
    });
    expect((await locate(deps.store, `${name}-other`)).mount).toBeDefined();
  });

  it('that tuned the mount comes first, and its change is kept by the move', async () => {
    const mount = await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    const tune = { update: treeKey('root', mount.path), set: { description: 'tuned' }, add: { version: 1 } };
    await deps.store.commit([{ ...tune, if: unchangedMount(mount) }]);

    await runMigration(deps, id);

    expect((await locate(deps.store, `${name}-new`)).mount?.description).toBe('tuned');
  });

  it('of 20 executions of one migration switches once', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    await Promise.all(Array.from({ length: 20 }, () => switchStep(deps, id)));
    expect((await locate(deps.store, `${name}-new`)).mount?.generation).toBe(1);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'success' });
  });

  it('of 20 mounts for one target has one winner, and the others changed nothing', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `${name}-${i}`);
    const mounts = await Promise.all(names.map((path) => placeMount(deps, `${path}/`)));
    const ids = await Promise.all(names.map((path) => post(path, `${name}-target`)));

    await Promise.all(ids.map((id) => runMigration(deps, id)));

    const ended = await Promise.all(ids.map((id) => readMigration(deps, id)));
    expect(ended.filter((migration) => migration?.status === 'success')).toHaveLength(1);
    expect(ended.filter((migration) => migration?.error?.code === 'target_in_use')).toHaveLength(19);
    for (const [i, migration] of ended.entries()) {
      const { mount } = await locate(deps.store, names[i] as string);
      expect(mount).toEqual(migration?.status === 'success' ? undefined : mounts[i]);
    }
  });

  it('of one mount for 20 targets has one winner', async () => {
    await placeMount(deps, `${name}/`);
    const targets = Array.from({ length: 20 }, (_, i) => `${name}-${i}`);
    const ids = await Promise.all(targets.map((target) => post(name, target)));

    await Promise.all(ids.map((id) => runMigration(deps, id)));

    const ended = await Promise.all(ids.map((id) => readMigration(deps, id)));
    expect(ended.filter((migration) => migration?.status === 'success')).toHaveLength(1);
    const found = await Promise.all(targets.map(async (target) => (await locate(deps.store, target)).mount));
    expect(found.filter((mount) => mount !== undefined)).toHaveLength(1);
  });
});

describe('a batch that was served in the middle of a transaction', () => {
  it('fails no migration whose mount exists', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    const getMany: Store['getMany'] = async (refs) => refs.map(() => undefined);

    const migration = await switchMount({ ...deps, store: { ...deps.store, getMany } }, id);

    expect(migration).toMatchObject({ status: 'success' });
  });
});

describe('a namespace that is deleted', () => {
  it('fails the migrations that were accepted before, from it and into it', async () => {
    const namespace = await placeNamespace(deps, ROOT, name);
    await placeMount(deps, 'kv/', { namespaceId: namespace.id });
    await placeMount(deps, `${name}-kv/`);
    const ids = [
      await post(`${namespace.path}kv`, `${name}-rescued`),
      await post(`${name}-kv`, `${namespace.path}more`),
    ];
    await deleteNamespace(deps, ROOT, namespace.path);
    await placeNamespace(deps, ROOT, name);

    for (const id of ids) {
      await runMigration(deps, id);
      expect(await readMigration(deps, id)).toMatchObject({
        status: 'failure',
        error: { code: 'namespace_gone' },
      });
    }
  });
});

describe('a repeated POST', () => {
  it('returns the open migration, and starts nothing', async () => {
    await placeMount(deps, `${name}/`);
    const ids = await Promise.all(Array.from({ length: 10 }, () => post(name, `${name}-new`)));
    expect(new Set(ids).size).toBe(1);
    expect(deps.started.filter(({ id }) => id === ids[0])).toHaveLength(1);
  });

  it('returns the migration that moved the mount there, for ten minutes', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    await runMigration(deps, id);

    expect(await post(`/${name}/`, `${name}-new/`)).toBe(id);
    deps.clock.pass(10 * 60_000 + 1);
    const late = await call('POST', 'sys/remount', { body: { from: name, to: `${name}-new` } });
    expect(late).toMatchObject({ status: 400, body: { errors: [`no matching mount at "${name}/"`] } });
  });

  it('after a failure is a new migration', async () => {
    await placeMount(deps, `${name}/`);
    const first = await post(name, `${name}-new`);
    const blocker = await placeMount(deps, `${name}-new/`);
    await runMigration(deps, first);
    await deps.store.commit([{ delete: treeKey('root', blocker.path) }]);

    const second = await post(name, `${name}-new`);
    await runMigration(deps, second);

    expect(second).not.toBe(first);
    expect(await readMigration(deps, first)).toMatchObject({ status: 'failure' });
    expect(await readMigration(deps, second)).toMatchObject({ status: 'success' });
  });
});

describe('the reconciler', () => {
  it('restarts a migration whose heartbeat is overdue, under the next attempt number', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    expect(deps.started.filter((one) => one.id === id).map((one) => one.name)).toEqual([`${id}-1`]);

    await reconcile(deps);
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);
    await reconcile(deps);

    expect(deps.started.filter((one) => one.id === id).map((one) => one.name)).toEqual([
      `${id}-1`,
      `${id}-2`,
    ]);
  });

  it('fails a migration that could not switch in time, and nothing has changed', async () => {
    const before = await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    deps.clock.pass(SWITCH_DEADLINE_MS + 1);

    await reconcile(deps);

    expect(await readMigration(deps, id)).toMatchObject({
      status: 'failure',
      error: { code: 'not_switched_in_time' },
    });
    await runMigration(deps, id);
    expect((await locate(deps.store, name)).mount).toEqual(before);
  });

  it('checks again soon when workflows cannot be started', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    const start = async () => {
      throw new Error('throttled');
    };
    deps.clock.pass(OVERDUE_MS + 1);

    const { stuck } = await reconcile({ ...deps, workflows: { start } });
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);

    expect(stuck).toBeGreaterThan(0);
    expect(deps.started.map((one) => one.name)).toContain(`${id}-3`);
  });

  it('checks a record again soon when the store was too busy to read it', async () => {
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    const get: Store['get'] = async () => {
      throw new StoreBusy('the store is busy');
    };
    deps.clock.pass(OVERDUE_MS + 1);

    await reconcile({ ...deps, store: { ...deps.store, get } });
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);

    expect(deps.started.map((one) => one.name)).toContain(`${id}-2`);
  });

  it('is not blocked by a damaged record', async () => {
    const damaged = { kind: 'migration', open: 'open#0', nextLook: 1 };
    await deps.store.commit([{ put: { ...migrationKey(deps.ids.uuid()), ...damaged } }]);
    await placeMount(deps, `${name}/`);
    const id = await post(name, `${name}-new`);
    deps.clock.pass(OVERDUE_MS + 1);

    const { stuck } = await reconcile(deps);

    expect(stuck).toBeGreaterThan(0);
    expect(deps.started.map((one) => one.name)).toContain(`${id}-2`);
  });
});
