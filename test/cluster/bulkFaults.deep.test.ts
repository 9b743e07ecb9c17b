/**
 * A run on a cluster in which a write of a step is the last one of its process, or a call to the cluster has no answer.
 * Whichever it is, each mount is moved once, and the counts are true.
 */

import { describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import {
  acceptRun,
  type Moves,
  outcomes,
  type RunWorld,
  runEnds,
  runWorld,
  stateOf,
} from './support/clusterRuns.ts';
import { type DyingStore, dyingStore } from './support/dyingStore.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let serial = 0;

const MOVES: Moves = [
  ['a/', 'b/'],
  ['b/', 'c/'],
  ['d/', 'e/'],
];

/** From one fault to the next; `FAULT_STRIDE=1` tries all of them, which takes minutes. */
const STRIDE = Number(process.env.FAULT_STRIDE ?? 5);

type Faulty = RunWorld & Omit<DyingStore, 'store'>;

function faulty(): Faulty {
  const cluster = new FakeCluster();
  cluster.table.clear();
  for (const [from] of MOVES) cluster.mount(from, { accessor: `died_${++serial}`, uuid: `uuid_${serial}` });
  cluster.issue('b/', 'creds/r', 3);
  const { store, ...dying } = dyingStore(service);
  return { ...runWorld({ ...service, store }, cluster), ...dying };
}

async function finish(world: Faulty, id: string): Promise<void> {
  const run = await runEnds(world, id, () => reconcile(world.deps));
  await world.settled();
  const migrations = await outcomes(world.deps, id);
  const { counts } = await stateOf(world.deps, id);
  const moved = migrations.filter((migration) => migration?.status === 'success').length;
  expect(migrations.every((migration) => migration?.status !== 'in-progress')).toBe(true);
  expect(counts).toMatchObject({ total: 3, decided: 3, revoking: 0, succeeded: moved, failed: 3 - moved });
  expect(run.status).toBe(moved === 3 ? 'success' : 'failure');
  const asked = world.cluster.posts.map(({ from, to }) => `${from} ${to}`);
  expect(new Set(asked).size).toBe(asked.length);
  migrations.forEach((migration, i) => {
    const [from = '', to = ''] = MOVES[i] ?? [];
    const isMoved = migration?.status === 'success';
    expect(asked.includes(`${from} ${to}`)).toBe(isMoved);
    expect(world.cluster.table.get(isMoved ? to : from)?.entry.uuid).toBe(migration?.mountUuid);
  });
}

async function undisturbed(): Promise<{ writes: number; calls: number }> {
  const world = faulty();
  const id = await acceptRun(world.deps, MOVES);
  const [writes, calls] = [world.writes(), world.cluster.calls];
  await finish(world, id);
  return { writes: world.writes() - writes, calls: world.cluster.calls - calls };
}

describe('a run on a cluster in which', () => {
  it.each(['before', 'after'] as const)(
    'a process dies %s one of its writes moves every mount once',
    async (when) => {
      const { writes } = await undisturbed();
      expect(writes).toBeGreaterThan(20);
      for (let write = 1; write <= writes; write += STRIDE) {
        const world = faulty();
        const id = await acceptRun(world.deps, MOVES);
        world.dieAt(write, when);
        await finish(world, id);
        expect((await stateOf(world.deps, id)).counts.succeeded, `write ${write}`).toBe(3);
      }
    },
    600_000,
  );

  it('a call to the cluster has no answer moves every mount once', async () => {
    const { calls } = await undisturbed();
    expect(calls).toBeGreaterThan(20);
    for (let call = 1; call <= calls; call += STRIDE) {
      const world = faulty();
      const id = await acceptRun(world.deps, MOVES);
      const at = world.cluster.calls + call;
      world.cluster.before = (_, now) => {
        if (now === at) throw unavailable();
      };
      await finish(world, id);
      expect((await stateOf(world.deps, id)).counts.succeeded, `call ${call}`).toBe(3);
    }
  }, 600_000);
});
