import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OVERDUE_MS } from '../../functions/limits.ts';
import { ConditionFailed, type Store, StoreBusy } from '../../functions/ports/store.ts';
import { acceptAndStart } from '../../functions/remount/acceptMigration.ts';
import { retryIrrevocable } from '../../functions/remount/irrevocable.ts';
import { counted, progressed } from '../../functions/remount/leaseProgress.ts';
import { acceptance, failed, type Migration, newMigration } from '../../functions/remount/migration.ts';
import type { Move } from '../../functions/remount/planMove.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { switchMount } from '../../functions/remount/switchMount.ts';
import { irrevocableKey, migrationKey, treeKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
let move: Move;
let migration: Migration;

const requestedBy = { displayName: '', accessor: '', namespace: '' };

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
beforeEach(async () => {
  const path = `${deps.ids.base62(8)}/`;
  const mount = await placeMount(deps, path);
  const request = { id: deps.ids.uuid(), now: deps.clock.now(), requestedBy, retentionS: 86_400 };
  move = { mount, source: { namespace: ROOT, path }, target: { namespace: ROOT, path: `new-${path}` } };
  migration = newMigration(request, move);
  await deps.store.commit([acceptance(migration)]);
});

const recorded = () => deps.store.get(migrationKey(migration.id));

async function end(id = migration.id): Promise<void> {
  await deps.store.commit([
    failed({ ...migration, id }, { code: 'source_gone', message: 'gone' }, deps.clock.now()),
  ]);
}

/** The reconciler reads the record, and another execution ends it before the reconciler continues. */
async function reconcileLate(seen: () => Promise<never> | Promise<Awaited<ReturnType<typeof recorded>>>) {
  const get: Store['get'] = async (ref) => {
    if (ref.pk !== migration.id) return deps.store.get(ref);
    const item = await seen().finally(() => end());
    return item;
  };
  deps.clock.pass(OVERDUE_MS + 1);
  await reconcile({ ...deps, store: { ...deps.store, get } });
}

describe('a late write', () => {
  it('accepts no migration of an id that is taken', async () => {
    await end();
    await expect(deps.store.commit([acceptance(migration)])).rejects.toThrow(ConditionFailed);
    expect(await recorded()).toMatchObject({ status: 'failure' });
  });

  it.each([
    ['has failed before', true],
    ['was offered an id that is taken', false],
  ])('accepts no move that %s and that another has accepted meanwhile', async (_, hasFailed) => {
    const accept = async (more: Partial<TestDeps> = {}) =>
      (await acceptAndStart({ ...deps, ...more }, { requestedBy }, move, {})).id;
    const offered = hasFailed ? [] : [migration.id];
    const ids = { ...deps.ids, uuid: () => offered.shift() ?? deps.ids.uuid() };
    if (hasFailed) await end(await accept());
    let theirs = '';
    let tries = 0;
    const act = async () => {
      theirs = await accept();
    };
    const store = meanwhile(deps.store, act, () => ++tries === 2);

    expect(await accept({ store, ids })).toBe(theirs);
  });

  it('writes no heartbeat for a migration that has ended', async () => {
    await end();
    await expect(deps.store.commit([progressed(migration.id, 1)])).rejects.toThrow(ConditionFailed);
    expect(await recorded()).not.toHaveProperty('nextLook');
  });

  it('ends no migration that has ended', async () => {
    await end();
    const again = failed(migration, { code: 'target_in_use', message: 'in use' }, deps.clock.now());
    await expect(deps.store.commit([again])).rejects.toThrow(ConditionFailed);
    expect(await recorded()).toMatchObject({ error: { code: 'source_gone' } });
  });

  it('counts nothing for a migration that is not switched yet, or that has ended', async () => {
    await expect(deps.store.commit([counted(migration.id, 1, 0, 5)])).rejects.toThrow(ConditionFailed);
    expect(await recorded()).not.toHaveProperty('leasesIn0');
  });

  it('counts no retried lease for a migration whose record was deleted', async () => {
    const lease = { pk: 'mount#0', sk: 'creds/1' };
    const leaseId = 'keys/creds/1';
    const entry = {
      ...irrevocableKey(migration.id, leaseId),
      kind: 'irrevocable',
      lease,
      leaseId,
      reason: '',
      at: 0,
    };
    await deps.store.commit([{ put: entry }]);
    await deps.store.commit([{ delete: migrationKey(migration.id) }]);

    await retryIrrevocable(deps, migration, ROOT, true, deps.clock.now() + 60_000);

    expect(await recorded()).toBeUndefined();
  });

  it('starts no migration again that has ended since the reconciler saw it', async () => {
    await reconcileLate(recorded);
    expect(await recorded()).toMatchObject({ attempt: 1, status: 'failure' });
    expect(await recorded()).not.toHaveProperty('nextLook');
    expect(deps.started.map(({ id }) => id)).not.toContain(migration.id);
  });

  it('does not reschedule a record that has ended since the reconciler failed to restart it', async () => {
    await reconcileLate(async () => {
      throw new StoreBusy('the store is busy');
    });
    expect(await recorded()).not.toHaveProperty('nextLook');
  });

  it('starts a migration once when two reconcilers have seen it at once', async () => {
    const seen = await recorded();
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);
    deps.clock.pass(OVERDUE_MS * 2);
    const get: Store['get'] = async (ref) => (ref.pk === migration.id ? seen : deps.store.get(ref));
    await reconcile({ ...deps, store: { ...deps.store, get } });
    expect(deps.started.filter(({ id }) => id === migration.id)).toHaveLength(1);
  });

  it('switches a mount with the settings that a tuning gave it meanwhile', async () => {
    const store = meanwhile(deps.store, () => overtake({ version: 2, description: 'tuned' }));

    await switchMount({ ...deps, store }, migration.id);

    const moved = await deps.store.get(treeKey('root', migration.target.path));
    expect(moved).toMatchObject({ uuid: migration.mountUuid, description: 'tuned', version: 3 });
  });

  it('does not switch a mount that was replaced by another one meanwhile', async () => {
    const store = meanwhile(deps.store, () => overtake({ uuid: 'another' }));

    await switchMount({ ...deps, store }, migration.id);

    expect(await recorded()).toMatchObject({ error: { code: 'source_gone' } });
    expect(await deps.store.get(treeKey('root', migration.source.path))).toMatchObject({ uuid: 'another' });
    expect(await deps.store.get(treeKey('root', migration.target.path))).toBeUndefined();
  });
});

/** Changes the item at the source, as another request would. */
async function overtake(change: Record<string, unknown>): Promise<void> {
  const item = (await deps.store.get(treeKey('root', migration.source.path))) ?? { pk: '', sk: '' };
  await deps.store.commit([{ put: { table: 'mounts', ...item, ...change } }]);
}
