import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chunkStep } from '../../functions/bulk/chunkStep.ts';
import { beginStep, completeStep } from '../../functions/bulk/runSteps.ts';
import { MAX_BULK_ATTEMPTS, MAX_BULK_LOOKS, OVERDUE_MS, SWITCH_DEADLINE_MS } from '../../functions/limits.ts';
import { locate } from '../../functions/mounts/locate.ts';
import { type Mount, unchanged } from '../../functions/mounts/mount.ts';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { migrationKey, namespaceKey, treeKey } from '../../functions/ports/keys.ts';
import { PRESENT, type Store, StoreBusy } from '../../functions/ports/store.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type BulkService, bulkService, runBulk } from './bulkService.ts';

let service: BulkService;
let deps: BulkService['deps'];
let name: string;

beforeAll(async () => {
  service = await bulkService();
  deps = service.deps;
});
afterAll(() => service.stop());
beforeEach(() => {
  name = deps.ids.base62(8);
});

async function place(count: number): Promise<Mount[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => placeMount(deps, `${name}-${i}/`)));
}

function moves(count: number, to = (i: number) => `new-${i}`): { from: string; to: string }[] {
  return Array.from({ length: count }, (_, i) => ({ from: `${name}-${i}`, to: `${name}-${to(i)}` }));
}

async function uuidAt(path: string): Promise<string | undefined> {
  return (await locate(deps.store, `${name}-${path}`)).mount?.uuid;
}

async function rowsOf(id: string): Promise<Record<string, unknown>[]> {
  const { body } = await service.call('LIST', `sys/remount/bulk/${id}`);
  return body.data.keys.map((key: string) => body.data.key_info[key]);
}

/** A store that does something else before its transactions of a certain number. */
function meddling(before: (commit: number) => Promise<unknown> | undefined): Store {
  let commits = 0;
  return {
    ...deps.store,
    async commit(writes) {
      if (writes.length > 2) await before(++commits);
      return deps.store.commit(writes);
    },
  };
}

function carryOut(id: string, store: Store) {
  return chunkStep({ ...deps, store }, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
}

describe('a step that is repeated', () => {
  it('does nothing twice, whether it is over or begins anew in the middle', async () => {
    await place(45);
    const id = await service.start({ moves: moves(45) });
    const inTime = deps.clock.now();
    let isLate = false;
    const clock = { ...deps.clock, now: () => (isLate ? inTime + 100_000 : inTime) };
    const store = meddling(async () => {
      isLate = true;
    });
    const part = { id, chunk: 0, done: false };
    const first = await chunkStep({ ...deps, clock, store }, part, inTime + 60_000);
    expect(first.done).toBe(false);
    expect((await service.info(id)).progress).toMatchObject({ pending: 25, succeeded: 20 });

    await runBulk(deps, id);
    await runBulk(deps, id);

    expect((await service.info(id)).progress).toMatchObject({ succeeded: 45, failed: 0, pending: 0 });
    for (let i = 0; i < 45; i++)
      expect((await locate(deps.store, `${name}-new-${i}`)).mount?.generation).toBe(1);
  });

  it('counts each move once when the answer to its transaction was lost', async () => {
    const mounts = await place(3);
    const id = await service.start({ moves: moves(3) });
    const store: Store = {
      ...deps.store,
      async commit(writes) {
        await deps.store.commit(writes);
        if (writes.length > 2) throw new StoreBusy('the answer was lost');
      },
    };
    await expect(carryOut(id, store)).rejects.toThrow(StoreBusy);
    await runBulk(deps, id);
    expect(await service.info(id)).toMatchObject({ status: 'success', progress: { succeeded: 3 } });
    expect(await uuidAt('new-2')).toBe(mounts[2]?.uuid);
  });

  it('runs beside another execution of the same run, and each move is made once', async () => {
    await place(60);
    const id = await service.start({ moves: moves(60) });
    await Promise.all([runBulk(deps, id), runBulk(deps, id), runBulk(deps, id)]);
    expect(await service.info(id)).toMatchObject({ status: 'success', progress: { succeeded: 60 } });
    for (let i = 0; i < 60; i++)
      expect((await locate(deps.store, `${name}-new-${i}`)).mount?.generation).toBe(1);
  });
});

describe('a store that fails at any moment', () => {
  /** Each call of the store may fail, before it has an effect or after it. */
  function moody(chance: () => number): Store {
    const through =
      <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (chance() < 0.05) throw new StoreBusy('it did not begin');
        const answer = await act(...args);
        if (chance() < 0.05) throw new StoreBusy('the answer was lost');
        return answer;
      };
    const { store } = deps;
    return {
      ...store,
      query: through(store.query),
      getMany: through(store.getMany),
      putMany: through(store.putMany),
      commit: through(store.commit),
    };
  }

  /** Executions one after the other, as the reconciler starts them, until the run has ended. */
  async function untilEnded(id: string, chance: () => number): Promise<void> {
    const unsteady = { ...deps, store: moody(chance) };
    for (let executions = 1; executions < 50; executions++) {
      await runBulk(unsteady, id, deps).catch((error) => expect(error).toBeInstanceOf(StoreBusy));
      deps.clock.pass(OVERDUE_MS + 1);
      await reconcile(deps);
      if ((await service.info(id)).status !== 'in-progress') return;
    }
    throw new Error('the run does not end');
  }

  it.each([1, 2, 3, 4])('makes and counts each move once (%i)', async (seed) => {
    let state = seed;
    const chance = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const mounts = await place(50);
    await placeMount(deps, `${name}-issuing/`, { issued: true });
    const ring = moves(50, (i) => (i < 6 ? String((i + 1) % 6) : `new-${i}`));
    const id = await service.start({ moves: [...ring, { from: `${name}-issuing`, to: `${name}-issued` }] });
    await placeMount(deps, `${name}-new-30/`);
    await untilEnded(id, chance);

    expect((await service.info(id)).progress).toMatchObject({
      total: 51,
      succeeded: 50,
      failed: 1,
      skipped: 0,
      in_progress: 0,
    });
    for (const [i, mount] of mounts.entries()) {
      const at = i === 30 ? '30' : i < 6 ? String((i + 1) % 6) : `new-${i}`;
      const found = (await locate(deps.store, `${name}-${at}`)).mount;
      expect([found?.uuid, found?.generation]).toEqual([mount.uuid, i === 30 ? 0 : 1]);
    }
  });
});

describe('what has changed since the plan', () => {
  it('makes one move fail and no other, with its reason, whatever it was packed with', async () => {
    const mounts = await place(30);
    const id = await service.start({ moves: moves(30) });
    await placeMount(deps, `${name}-new-7/deeper/`);
    await service.call('DELETE', `sys/mounts/${name}-21`);

    await runBulk(deps, id);

    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      error: { code: 'moves_failed', message: '2 of 30 moves have failed' },
      progress: { succeeded: 28, failed: 2, skipped: 0 },
    });
    const rows = await rowsOf(id);
    expect(rows.filter(({ status }) => status === 'failure')).toEqual([
      expect.objectContaining({
        row: 8,
        error: { code: 'target_in_use', message: `path already in use at "${name}-new-7/deeper/"` },
      }),
      expect.objectContaining({
        row: 22,
        error: { code: 'source_gone', message: `no matching mount at "${name}-21/"` },
      }),
    ]);
    expect(await uuidAt('7')).toBe(mounts[7]?.uuid);
    expect(await uuidAt('new-8')).toBe(mounts[8]?.uuid);
  });

  it('that took a target between the look and the transaction is found, too', async () => {
    await place(10);
    const id = await service.start({ moves: moves(10) });
    await carryOut(
      id,
      meddling((commit) => (commit === 1 ? placeMount(deps, `${name}-new-3/`) : undefined)),
    );
    await runBulk(deps, id);
    expect((await service.info(id)).progress).toMatchObject({ succeeded: 9, failed: 1 });
  });

  it('fails a swap as a whole, and each of its moves says why', async () => {
    const [a, b] = await place(2);
    const id = await service.start({
      moves: [
        { from: `${name}-0`, to: `${name}-1` },
        { from: `${name}-1`, to: `${name}-0` },
      ],
    });
    await service.call('POST', 'sys/remount', { body: { from: `${name}-1`, to: `${name}-2` } });
    const [started] = deps.started.filter(({ machine }) => machine === 'remount').slice(-1);
    await switchStep(deps, started?.id ?? '');

    await runBulk(deps, id);

    expect(await rowsOf(id)).toEqual([
      expect.objectContaining({
        status: 'failure',
        error: {
          code: 'source_gone',
          message: `goes together with row 2: no matching mount at "${name}-1/"`,
        },
      }),
      expect.objectContaining({ status: 'failure', error: expect.objectContaining({ code: 'source_gone' }) }),
    ]);
    expect([await uuidAt('0'), await uuidAt('2')]).toEqual([a?.uuid, b?.uuid]);
  });

  it('as a setting of a mount makes it look again', async () => {
    const [mount] = await place(1);
    if (!mount) throw new Error('there is no mount');
    const id = await service.start({ moves: moves(1) });
    const { pk, sk } = treeKey('root', mount.path);
    const tune = () =>
      deps.store.commit([
        {
          table: 'mounts',
          update: { pk, sk },
          set: { description: 'tuned' },
          add: { version: 1 },
          if: unchanged(mount),
        },
      ]);
    await carryOut(
      id,
      meddling((commit) => (commit === 1 ? tune() : undefined)),
    );
    expect((await locate(deps.store, `${name}-new-0`)).mount?.description).toBe('tuned');
  });

  it('as a namespace that is being deleted fails the moves into it', async () => {
    const target = await placeNamespace(deps, ROOT, `${name}ns`);
    await place(2);
    const id = await service.start({
      moves: [
        { from: `${name}-0`, to: `${target.path}x` },
        { from: `${name}-1`, to: `${name}-y` },
      ],
    });
    const { table, pk, sk } = namespaceKey(target.id);
    await deps.store.commit([{ table, update: { pk, sk }, set: { deleting: true }, if: PRESENT }]);
    await runBulk(deps, id);
    expect(await rowsOf(id)).toEqual([
      expect.objectContaining({
        status: 'failure',
        error: expect.objectContaining({ code: 'namespace_gone' }),
      }),
      expect.objectContaining({ status: 'success' }),
    ]);
  });

  it('again and again is waited for a quarter of an hour, and then fails the move', async () => {
    const [mount] = await place(1);
    if (!mount) throw new Error('there is no mount');
    const id = await service.start({ moves: moves(1) });
    const { pk, sk } = treeKey('root', mount.path);
    const change = () =>
      deps.store.commit([{ table: 'mounts', update: { pk, sk }, add: { version: 1 }, if: PRESENT }]);
    await expect(carryOut(id, meddling(change))).rejects.toThrow(StoreBusy);
    deps.clock.pass(SWITCH_DEADLINE_MS + 1);
    let commits = 0;
    await carryOut(
      id,
      meddling(() => (++commits <= 10 ? change() : undefined)),
    );
    expect(await rowsOf(id)).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'not_switched_in_time' }) }),
    ]);
    expect(await uuidAt('0')).toBe(mount.uuid);
  });
});

describe('a run that stops', () => {
  it('at a cancellation finishes the group under way, and begins no other', async () => {
    await place(60);
    const id = await service.start({ moves: moves(60) });
    const cancel = () =>
      service.call('POST', `sys/remount/bulk/cancel/${id}`, { body: { reason: 'too early' } });
    await carryOut(
      id,
      meddling((commit) => (commit === 2 ? cancel() : undefined)),
    );
    await runBulk(deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      phase: 'done',
      error: { code: 'cancelled' },
      cancel_reason: 'too early',
      progress: { succeeded: 40, failed: 0, skipped: 20, pending: 0 },
    });
    expect((await rowsOf(id)).filter(({ status }) => status === 'skipped')).toHaveLength(20);
  });

  it('at a cancellation ends for good, whoever still works on it', async () => {
    await place(60);
    const id = await service.start({ moves: moves(60) });
    const cancel = () => service.call('POST', `sys/remount/bulk/cancel/${id}`);
    // The transaction of the second group is ready to go while another execution ends the cancelled run.
    const endMeanwhile = async () => {
      await cancel();
      await runBulk(deps, id);
    };
    await carryOut(
      id,
      meddling((commit) => (commit === 2 ? endMeanwhile() : undefined)),
    );
    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      progress: { succeeded: 20, failed: 0, skipped: 40, pending: 0 },
    });
    const places = await Promise.all(Array.from({ length: 60 }, (_, i) => uuidAt(`new-${i}`)));
    expect(places.filter((uuid) => uuid !== undefined)).toHaveLength(20);
  });

  it.each([
    ['a number', 1],
    ['a percentage', '3%'],
  ])('after more failures than are tolerated, as %s', async (_what, tolerated) => {
    await place(60);
    const id = await service.start({ moves: moves(60), tolerated_failures: tolerated });
    for (const i of [2, 4, 50]) await placeMount(deps, `${name}-new-${i}/`);
    await runBulk(deps, id);
    const { status, error, progress } = await service.info(id);
    expect(status).toBe('failure');
    expect(error).toMatchObject({ code: 'too_many_failures' });
    expect(progress.failed).toBe(2);
    expect(progress.skipped).toBeGreaterThan(0);
    expect(progress.succeeded + progress.failed + progress.skipped).toBe(60);
  });
});

describe('the reconciler', () => {
  it('starts a run again whose workflow did not start, under the next number', async () => {
    await place(1);
    const { body } = await service.call('POST', 'sys/remount/bulk', { body: { moves: moves(1) } });
    const id = body.data.bulk_id;
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);
    expect(deps.started).toContainEqual({ machine: 'bulk', name: `${id}-2`, id });
    await runBulk(deps, id);
    expect(await deps.store.get(migrationKey(id))).not.toHaveProperty('open');
  });

  it('takes over the revocation of a mount whose workflow did not start', async () => {
    await placeMount(deps, `${name}-0/`, { issued: true });
    const id = await service.start({ moves: moves(1) });
    const workflows = { start: () => Promise.reject(new Error('no')) };
    await chunkStep({ ...deps, workflows }, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
    expect(await service.info(id)).toMatchObject({ phase: 'revoking', progress: { in_progress: 1 } });
    const looked = await completeStep(deps, { id, looks: 0 });
    expect(looked).toMatchObject({ done: false, seconds: 1, looks: 1 });
    deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(deps);
    await runBulk(deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      progress: { succeeded: 1, in_progress: 0 },
    });
  });

  it('is left the rest by an execution that has waited for long', async () => {
    await placeMount(deps, `${name}-0/`, { issued: true });
    const id = await service.start({ moves: moves(1) });
    await chunkStep(deps, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
    const looked = await completeStep(deps, { id, looks: MAX_BULK_LOOKS - 1 });
    expect(looked).toMatchObject({ done: true, seconds: 60 });
    expect((await service.info(id)).status).toBe('in-progress');
  });

  it('is not asked for ever: a run that no attempt could carry out is given up', async () => {
    await place(1);
    const id = await service.start({ moves: moves(1) });
    const { table, pk, sk } = migrationKey(id);
    const set = { attempt: MAX_BULK_ATTEMPTS + 1 };
    await deps.store.commit([{ table, update: { pk, sk }, set, if: PRESENT }]);
    const { chunks } = await beginStep(deps, id);
    expect(chunks).toEqual([]);
    await completeStep(deps, { id, looks: 0 });
    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      error: { code: 'given_up' },
      progress: { skipped: 1 },
    });
  });
});
