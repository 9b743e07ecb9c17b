/**
 * Faults at every call of a run on a cluster that changes policies. Whatever happens, a rule for the place where a mount is is
 * there at each moment, the texts at the end are those that the moves demand, and nothing that others write is lost.
 */

import { describe, expect, it } from 'vitest';
import { readRunPolicies } from '../../functions/bulk/changePolicies.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { acceptRun, type Moves, outcomes, type RunWorld, runEnds, runWorld } from './support/clusterRuns.ts';
import { type DyingStore, died, dyingStore } from './support/dyingStore.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

/** From one fault to the next; `FAULT_STRIDE=1` tries all of them, which takes minutes. */
const STRIDE = Number(process.env.FAULT_STRIDE ?? 7);

const service = throughFile(testDeps);
let serial = 0;

const MOVES: Moves = [
  ['a/', 'x/'],
  ['b/', 'y/'],
];
const rule = (path: string) => `path "${path}*" { capabilities = ["read"] }\n`;
const TEXT = `# who may read\n${rule('a/')}${rule('b/')}`;
const ONE = rule('b/');

interface Faulty extends RunWorld, Omit<DyingStore, 'store'> {
  /** Places of mounts that a policy lacked before a call about policies. */
  missed: string[];
}

/** @param isStubborn whether the second mount has a lease that cannot be revoked, so its move fails */
function faulty(countsVersions: boolean, isStubborn: boolean): Faulty {
  const cluster = new FakeCluster();
  cluster.table.clear();
  cluster.countsVersions = countsVersions;
  for (const [from] of MOVES)
    cluster.mount(from, { accessor: `policies_died_${++serial}`, uuid: `policies_died_${serial}` });
  const [lease = ''] = isStubborn ? cluster.issue('b/', 'creds/r', 1) : [];
  if (isStubborn) cluster.stubborn.set(lease, 'connection refused');
  cluster.setPolicy('people', TEXT);
  cluster.setPolicy('one', ONE);
  const missed: string[] = [];
  const { policy } = cluster;
  cluster.policy = async (...of) => {
    for (const [from, to] of MOVES) {
      const [place, other] = [from, to].filter((path) => cluster.table.has(path));
      if (place !== undefined && other === undefined && !cluster.textOf('people')?.includes(rule(place)))
        missed.push(place);
    }
    return policy.apply(cluster, of);
  };
  const { store, ...dying } = dyingStore(service);
  return { ...runWorld({ ...service, store }, cluster), ...dying, missed };
}

const accept = (world: Faulty) => acceptRun(world.deps, MOVES, {}, { mode: 'follow' });

/** @param more what somebody has written before the first text meanwhile */
async function finish(world: Faulty, id: string, label: string, more = ''): Promise<void> {
  await runEnds(world, id, () => reconcile(world.deps));
  await world.settled();
  const made = (await outcomes(world.deps, id)).map((migration) => migration?.status === 'success');
  const text = MOVES.reduce(
    (now, [from, to], i) => (made[i] ? now.replace(rule(from), rule(to)) : now),
    TEXT,
  );
  expect(world.missed, label).toEqual([]);
  expect(world.cluster.textOf('people'), label).toBe(more + text);
  expect(world.cluster.textOf('one'), label).toBe(made[1] ? rule('y/') : ONE);
  const phases = (await readRunPolicies(world.deps.store, id)).map(({ phase }) => phase);
  expect(phases, label).toEqual(['settled', 'settled']);
}

describe.each([
  [true, false],
  [true, true],
  [false, false],
])('a run with policies, whose versions are counted: %s, with a move that fails: %s', (...of) => {
  async function undisturbed() {
    const world = faulty(...of);
    const id = await accept(world);
    const [writes, calls] = [world.writes(), world.cluster.calls];
    await finish(world, id, 'undisturbed');
    return { writes: world.writes() - writes, calls: world.cluster.calls - calls };
  }

  it.each(['before', 'after'] as const)(
    'keeps its promises when a process dies %s one of its writes',
    async (when) => {
      const { writes } = await undisturbed();
      for (let write = 1; write <= writes; write += STRIDE) {
        const world = faulty(...of);
        const id = await accept(world);
        world.dieAt(write, when);
        await finish(world, id, `write ${write}`);
      }
    },
    600_000,
  );

  it.each([
    ['the cluster does not answer', unavailable, 'before'],
    ['an answer is lost', () => unavailable(true), 'after'],
    ['a process dies after it', died, 'after'],
  ] as const)(
    'keeps its promises when %s, at any call',
    async (_, error, where) => {
      const { calls } = await undisturbed();
      for (let call = 1; call <= calls; call += STRIDE) {
        const world = faulty(...of);
        const id = await accept(world);
        const at = world.cluster.calls + call;
        world.cluster[where] = (__: string, now: number) => {
          if (now === at) throw error();
        };
        await finish(world, id, `call ${call}`);
      }
    },
    600_000,
  );
});

it('keeps what somebody writes before any call', async () => {
  const world = faulty(true, false);
  await finish(world, await accept(world), 'undisturbed');
  const { calls } = world.cluster;
  for (let call = 1; call <= calls; call += STRIDE) {
    const other = faulty(true, false);
    const id = await accept(other);
    const at = other.cluster.calls + call;
    let isWritten = false;
    other.cluster.before = (_, now) => {
      if (now !== at) return;
      isWritten = true;
      other.cluster.setPolicy('people', `# mine\n${other.cluster.textOf('people')}`);
    };
    await runEnds(other, id, () => reconcile(other.deps));
    await other.settled();
    const [moved] = [`# who may read\n${rule('x/')}${rule('y/')}`];
    expect(other.cluster.textOf('people'), `call ${call}`).toBe(`${isWritten ? '# mine\n' : ''}${moved}`);
  }
}, 600_000);
