import { describe, expect, it } from 'vitest';
import type { StartedRun } from '../../functions/bulk/startRun.ts';
import { startRunFromBody } from '../../functions/bulk/startRun.ts';
import { bulkChunkStep } from '../../functions/bulk/steps.ts';
import { OVERDUE_MS } from '../../functions/limits.ts';
import { type Store, StoreBusy } from '../../functions/ports/store.ts';
import { eventKey } from '../../functions/remount/idempotency.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { locate } from '../../functions/tree/locate.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { manyMounts } from './manyMounts.ts';

const s = manyMounts();

describe('a step that is repeated', () => {
  it('does nothing twice, whether the step was finished or interrupted', async () => {
    await s.place(45);
    const id = await s.start({ moves: s.moves(45) });
    const inTime = s.deps.clock.now();
    let isLate = false;
    const clock = { ...s.deps.clock, now: () => (isLate ? inTime + 100_000 : inTime) };
    const store = s.meddling(async () => {
      isLate = true;
    });
    const part = { id, chunk: 0, done: false };
    const first = await bulkChunkStep({ ...s.deps, clock, store }, part, inTime + 60_000);
    expect(first.done).toBe(false);
    expect((await s.info(id)).progress).toMatchObject({ pending: 25, succeeded: 20 });

    await runBulk(s.deps, id);
    await runBulk(s.deps, id);

    expect((await s.info(id)).progress).toMatchObject({ succeeded: 45, failed: 0, pending: 0 });
    for (let i = 0; i < 45; i++)
      expect((await locate(s.deps.store, `${s.name}-new-${i}`)).mount?.generation).toBe(1);
  });

  it('counts each move once when the response to its transaction was lost', async () => {
    const mounts = await s.place(3);
    const id = await s.start({ moves: s.moves(3) });
    const store: Store = {
      ...s.deps.store,
      async commit(writes) {
        await s.deps.store.commit(writes);
        if (writes.length > 2) throw new StoreBusy('the answer was lost');
      },
    };
    await expect(s.carryOut(id, store)).rejects.toThrow(StoreBusy);
    await runBulk(s.deps, id);
    expect(await s.info(id)).toMatchObject({ status: 'success', progress: { succeeded: 3 } });
    expect(await s.uuidAt('new-2')).toBe(mounts[2]?.uuid);
  });

  it('makes each move once when several executions of the run work at the same time', async () => {
    await s.place(60);
    const id = await s.start({ moves: s.moves(60) });
    await Promise.all([runBulk(s.deps, id), runBulk(s.deps, id), runBulk(s.deps, id)]);
    expect(await s.info(id)).toMatchObject({ status: 'success', progress: { succeeded: 60 } });
    for (let i = 0; i < 60; i++)
      expect((await locate(s.deps.store, `${s.name}-new-${i}`)).mount?.generation).toBe(1);
  });
});

describe('a request that is repeated with its key while the first is in flight', () => {
  it.each([
    ['a list', (name: string) => ({ moves: [{ from: `${name}-0`, to: `${name}-new-0` }] })],
    ['rules', (name: string) => ({ rules: [{ from: `${name}-0/*`, to: `${name}-new-0/*` }] })],
  ])(
    'is answered with the run of the first, even if that has moved the mounts (%s)',
    async (kind, bodyOf) => {
      await placeMount(s.deps, `${s.name}-0/${kind === 'rules' ? 'a/' : ''}`);
      const key = eventKey(s.name, 'sys/remount/bulk', {});
      const origin = { namespace: ROOT, requestedBy: { displayName: '', accessor: '', namespace: '' } };
      const ask = (store: Store) => startRunFromBody({ ...s.deps, store }, origin, bodyOf(s.name), key, true);
      let first: StartedRun | undefined;
      const runFirst = async () => {
        if (first) return;
        first = await ask(s.deps.store);
        await runBulk(s.deps, first.id);
      };
      const late: Store = {
        ...s.deps.store,
        async query(range) {
          await runFirst();
          return s.deps.store.query(range);
        },
        async getMany(refs) {
          await runFirst();
          return s.deps.store.getMany(refs);
        },
      };

      const second = await ask(late);

      expect(second).toEqual({ id: first?.id, total: 1, isReplay: true });
    },
  );
});

describe('a store that fails at any moment', () => {
  /** Each call of the store may fail, before or after it has taken effect. */
  function moody(chance: () => number): Store {
    const through =
      <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (chance() < 0.05) throw new StoreBusy('it did not begin');
        const answer = await act(...args);
        if (chance() < 0.05) throw new StoreBusy('the answer was lost');
        return answer;
      };
    const { store } = s.deps;
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
    const unsteady = { ...s.deps, store: moody(chance) };
    for (let executions = 1; executions < 50; executions++) {
      await runBulk(unsteady, id, s.deps).catch((error) => expect(error).toBeInstanceOf(StoreBusy));
      s.deps.clock.pass(OVERDUE_MS + 1);
      await reconcile(s.deps);
      if ((await s.info(id)).status !== 'in-progress') return;
    }
    throw new Error('the run does not end');
  }

  it.each([1, 2, 3, 4])('makes and counts each move once (%i)', async (seed) => {
    let state = seed;
    const chance = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const mounts = await s.place(50);
    await placeMount(s.deps, `${s.name}-issuing/`, { issued: true });
    const ring = s.moves(50, (i) => (i < 6 ? String((i + 1) % 6) : `new-${i}`));
    const id = await s.start({ moves: [...ring, { from: `${s.name}-issuing`, to: `${s.name}-issued` }] });
    await placeMount(s.deps, `${s.name}-new-30/`);
    await untilEnded(id, chance);

    expect((await s.info(id)).progress).toMatchObject({
      total: 51,
      succeeded: 50,
      failed: 1,
      skipped: 0,
      in_progress: 0,
    });
    for (const [i, mount] of mounts.entries()) {
      const at = i === 30 ? '30' : i < 6 ? String((i + 1) % 6) : `new-${i}`;
      const found = (await locate(s.deps.store, `${s.name}-${at}`)).mount;
      expect([found?.uuid, found?.generation]).toEqual([mount.uuid, i === 30 ? 0 : 1]);
    }
  });
});
