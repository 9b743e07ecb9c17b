import { beforeEach, describe, expect, it } from 'vitest';
import { cancelRun, undoRows } from '../../functions/bulk/cancelAndUndo.ts';
import { startRun } from '../../functions/bulk/startRun.ts';
import { bulkChunkStep } from '../../functions/bulk/steps.ts';
import { DEFAULT_CLUSTER_CONCURRENCY, STEP_HOLD_MS } from '../../functions/limits.ts';
import { cancelMigration } from '../../functions/remount/cancelMigration.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import {
  acceptRun,
  executeRun,
  type Moves,
  optionsOf,
  outcomes,
  type RunWorld,
  requestDeps,
  runEnds,
  runWorld,
  stateOf,
} from './support/clusterRuns.ts';
import { accept, runToEnd } from './support/clusterSteps.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let world: RunWorld;
let cluster: FakeCluster;
let serial = 0;

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.table.clear();
  world = runWorld(service, cluster);
});

/** Mounts with accessors that no other test has: the claims are in one table. */
function mount(...paths: string[]): void {
  for (const path of paths) cluster.mount(path, { accessor: `bulk_${++serial}`, uuid: `uuid_${serial}` });
}

function numbered(count: number): Moves {
  return Array.from({ length: count }, (_, i) => [`m${i}/`, `n${i}/`]);
}

const posted = () => cluster.posts.map(({ from, to }) => `${from} ${to}`);

describe('a run on a cluster', () => {
  it('moves every mount by a migration of its own, and counts them and their leases', async () => {
    const moves = numbered(9);
    mount(...moves.map(([from]) => from));
    cluster.issue('m3/', 'creds/r', 5);
    const id = await acceptRun(world.deps, moves, { reason: 'tidy up' });
    const run = await runEnds(world, id);

    expect(run).toMatchObject({ status: 'success', nodes: [{ state: 'current' }] });
    expect([...cluster.table.keys()].toSorted()).toEqual(moves.map(([, to]) => to));
    expect((await stateOf(world.deps, id)).counts).toEqual({
      total: 9,
      decided: 9,
      succeeded: 9,
      revoking: 0,
      failed: 0,
      leasesRevoked: 5,
      leasesIrrevocable: 0,
    });
    expect(await outcomes(world.deps, id)).toMatchObject(
      moves.map(([path]) => ({
        source: { path },
        bulkId: id,
        reason: 'tidy up',
        status: 'success',
        cluster: { posts: 1 },
      })),
    );
    expect(cluster.posts.every(({ leases }) => leases === 0)).toBe(true);
  });

  it.each([
    [undefined, DEFAULT_CLUSTER_CONCURRENCY],
    [1, 1],
    [5, 5],
  ])('of max_concurrency %s moves %i mounts at once', async (max_concurrency, most) => {
    const moves = numbered(10);
    mount(...moves.map(([from]) => from));
    const id = await acceptRun(world.deps, moves, { ...(max_concurrency && { max_concurrency }) });
    expect((await runEnds(world, id)).status).toBe('success');
    expect(world.most()).toBe(most);
    expect(cluster.posts.length).toBe(10);
  });

  it('starts a row of a chain when the row whose place it needs has succeeded', async () => {
    mount('a/', 'b/', 'c/', 'deep/x/', 'deep/y/', 'top/');
    const moves: Moves = [
      ['a/', 'b/'],
      ['b/', 'c/'],
      ['c/', 'd/'],
      ['top/', 'deep/'],
      ['deep/x/', 'x/'],
      ['deep/y/', 'y/'],
    ];
    const id = await acceptRun(world.deps, moves, { max_concurrency: 10 });
    expect((await runEnds(world, id)).status).toBe('success');
    const order = posted();
    expect(order.filter((move) => /^[abc]/.test(move))).toEqual(['c/ d/', 'b/ c/', 'a/ b/']);
    const after = order.indexOf('top/ deep/');
    expect(after).toBeGreaterThan(order.indexOf('deep/x/ x/'));
    expect(after).toBeGreaterThan(order.indexOf('deep/y/ y/'));
  });

  it('fails the rows behind a row that fails, and names it', async () => {
    mount('a/', 'b/', 'c/', 'other/');
    const [stubborn = ''] = cluster.issue('b/', 'creds/r', 3);
    cluster.stubborn.set(stubborn, 'connection refused');
    const moves: Moves = [
      ['a/', 'b/'],
      ['b/', 'c/'],
      ['c/', 'd/'],
      ['other/', 'elsewhere/'],
    ];
    const id = await acceptRun(world.deps, moves);
    expect(await runEnds(world, id)).toMatchObject({
      status: 'failure',
      error: { code: 'moves_failed', message: '2 of 4 moves have failed' },
    });
    expect((await outcomes(world.deps, id)).map((migration) => migration?.error)).toEqual([
      { code: 'row_before_failed', message: 'row 2 has to be moved before, and has failed' },
      expect.objectContaining({ code: 'lease_not_revoked' }),
      undefined,
      undefined,
    ]);
    expect(posted().toSorted()).toEqual(['c/ d/', 'other/ elsewhere/']);
  });

  it('starts nothing more after too many failures, and waits for what is under way', async () => {
    const moves = numbered(12);
    mount(...moves.map(([from]) => from));
    for (const [from] of moves) cluster.stubborn.set(cluster.issue(from, 'r', 1)[0] ?? '', 'refused');
    const id = await acceptRun(world.deps, moves, { tolerated_failures: '2' });
    const run = await runEnds(world, id);
    expect(run.error?.code).toBe('too_many_failures');
    const { counts } = await stateOf(world.deps, id);
    expect(counts.revoking).toBe(0);
    expect(counts.failed).toBe(counts.decided);
    expect(counts.failed).toBeGreaterThan(2);
    expect(counts.failed).toBeLessThan(3 + DEFAULT_CLUSTER_CONCURRENCY);
  });

  it('starts nothing more when it is cancelled, and waits for what is under way', async () => {
    const moves = numbered(12);
    mount(...moves.map(([from]) => from));
    const id = await acceptRun(world.deps, moves);
    cluster.before = async (method) => {
      if (method !== 'remount' || cluster.posts.length !== 2) return;
      cluster.before = () => {};
      await cancelRun(world.deps, await stateOf(world.deps, id), 'enough');
    };
    expect(await runEnds(world, id)).toMatchObject({
      status: 'failure',
      error: { code: 'cancelled' },
      cancelReason: 'enough',
    });
    const { counts } = await stateOf(world.deps, id);
    expect(counts).toMatchObject({ revoking: 0, failed: 0, succeeded: cluster.posts.length });
    expect(counts.decided).toBeLessThanOrEqual(5);
    await executeRun(world.deps, id);
    expect(cluster.posts.length).toBe(counts.decided);
  });

  it('counts a row whose migration somebody cancels as failed', async () => {
    mount('a/', 'b/');
    const moves: Moves = [
      ['a/', 'x/'],
      ['b/', 'y/'],
    ];
    const id = await acceptRun(world.deps, moves, { max_concurrency: 1 });
    cluster.before = async (method) => {
      if (method !== 'leases') return;
      cluster.before = () => {};
      const open = (await outcomes(world.deps, id)).find((migration) => migration?.status === 'in-progress');
      if (open) await cancelMigration(world.deps, open, 'not this one');
    };
    expect((await runEnds(world, id)).error?.code).toBe('moves_failed');
    const codes = (await outcomes(world.deps, id)).map((migration) => migration?.error?.code);
    expect(codes.toSorted()).toEqual(['cancelled', undefined]);
  });

  it('can be undone by a run back, with the options of the first', async () => {
    mount('a/', 'b/');
    const moves: Moves = [
      ['a/', 'b/'],
      ['b/', 'c/'],
    ];
    const id = await acceptRun(world.deps, moves, { drain_concurrency: 3 });
    await runEnds(world, id);
    const own = requestDeps(world.deps);
    const state = await stateOf(world.deps, id);
    const order = {
      origin: { namespace: ROOT, requestedBy: state.run.requestedBy },
      options: { ...optionsOf(world.deps), cluster: state.run.cluster },
      policies: { mode: 'keep' },
      undoOf: id,
    };
    const back = await startRun(own, order as Parameters<typeof startRun>[1], () =>
      undoRows(own, state, ROOT),
    );
    expect((await runEnds(world, back.id)).status).toBe('success');
    expect(posted()).toEqual(['b/ c/', 'a/ b/', 'b/ a/', 'c/ b/']);
    const [forth] = await outcomes(world.deps, id);
    expect((await outcomes(world.deps, back.id))[0]).toMatchObject({
      undoOf: forth?.id,
      cluster: { options: { drainConcurrency: 3 } },
    });
  });
});

describe('a row on a cluster fails', () => {
  it('before anything is revoked, when its mount has gone or its target was taken', async () => {
    mount('a/', 'b/', 'c/');
    cluster.issue('b/', 'r', 2);
    const id = await acceptRun(world.deps, [
      ['a/', 'x/'],
      ['b/', 'y/'],
      ['c/', 'z/'],
    ]);
    cluster.table.delete('a/');
    mount('y/inside/');
    expect((await runEnds(world, id)).status).toBe('failure');
    expect((await outcomes(world.deps, id)).map((migration) => migration?.error)).toEqual([
      { code: 'source_gone', message: 'no matching mount at "a/"' },
      { code: 'target_in_use', message: 'path already in use at "y/inside/"' },
      undefined,
    ]);
    expect(cluster.revoked).toEqual([]);
  });

  it('when another migration is moving its mount', async () => {
    mount('a/');
    const id = await acceptRun(world.deps, [['a/', 'x/']]);
    const silent = { ...world.deps, workflows: service.workflows };
    const other = await accept(silent, cluster, { from: 'a/', to: 'other/' });
    await runEnds(world, id);
    expect((await outcomes(world.deps, id))[0]?.error).toEqual({
      code: 'mount_claimed',
      message: `the mount is being moved already, by migration ${other}`,
    });
    expect(cluster.posts).toEqual([]);
    expect((await runToEnd(world.deps, other)).status).toBe('success');
  });

  it('when the cluster has not answered for a day, and not before', async () => {
    mount('a/');
    const id = await acceptRun(world.deps, [['a/', 'x/']]);
    const begun = world.deps.clock.now();
    let asked = 0;
    cluster.before = () => {
      asked++;
      world.deps.clock.pass(8 * 3_600_000);
      throw unavailable();
    };
    await runEnds(world, id);
    expect(asked).toBeGreaterThan(3);
    expect((await outcomes(world.deps, id))[0]?.error).toMatchObject({
      code: 'cluster_unavailable',
      message: 'the cluster did not answer for 24 hours (connect ECONNREFUSED); nothing has changed',
    });
    expect(world.deps.clock.now() - begun).toBeGreaterThan(24 * 3_600_000);
  });
});

it('a run waits for a cluster that does not answer', async () => {
  mount('a/');
  const id = await acceptRun(world.deps, [['a/', 'x/']]);
  let failures = 5;
  cluster.before = () => {
    if (failures-- > 0) throw unavailable();
  };
  expect((await runEnds(world, id)).status).toBe('success');
});

describe('the nodes of a cluster', () => {
  it('are refreshed once, after the last move', async () => {
    const moves = numbered(6);
    mount(...moves.map(([from]) => from));
    cluster.standbys.set('http://127.0.0.1:2', new Set(cluster.table.keys()));
    cluster.standbys.set('http://127.0.0.1:3', new Set(cluster.table.keys()));
    const at: number[] = [];
    cluster.before = (method) => {
      if (method === 'stepDown') at.push(cluster.posts.length);
    };
    const id = await acceptRun(world.deps, moves, { refresh_nodes: 'step-down' });
    const run = await runEnds(world, id);
    expect(run).toMatchObject({ status: 'success', nodes: [{}, { state: 'current' }, { state: 'current' }] });
    expect(at.length).toBeGreaterThan(0);
    expect(at.length).toBeLessThanOrEqual(2);
    expect(new Set(at)).toEqual(new Set([6]));
    // A row tells what was so when it ended.
    expect((await outcomes(world.deps, id))[0]?.cluster?.nodes).toContainEqual({
      address: 'http://127.0.0.1:2',
      state: 'stale',
    });
  });

  it('are waited for, and a run that has waited for a day says which were stale', async () => {
    mount('a/');
    cluster.standbys.set('http://127.0.0.1:2', new Set(['a/']));
    const id = await acceptRun(world.deps, [['a/', 'x/']]);
    const begun = world.deps.clock.now();
    let asked = 0;
    cluster.before = async (method) => {
      // Before that, it is the migration that asks.
      const [migration] = await outcomes(world.deps, id);
      if (method !== 'nodes' || migration?.status !== 'success') return;
      asked++;
      world.deps.clock.pass(8 * 3_600_000);
    };
    const run = await runEnds(world, id);
    expect(run).toMatchObject({ status: 'failure', error: { code: 'nodes_stale' } });
    expect(run.error?.message).toContain('http://127.0.0.1:2 did not show that within 24 hours');
    expect(world.deps.clock.now() - begun).toBeGreaterThan(24 * 3_600_000);
    expect(asked).toBeGreaterThan(3);
  });

  it('are only reported if the run asks for that', async () => {
    mount('a/');
    cluster.standbys.set('http://127.0.0.1:2', new Set(['a/']));
    const id = await acceptRun(world.deps, [['a/', 'x/']], { stale_nodes: 'report' });
    const run = await runEnds(world, id);
    expect(run).toMatchObject({ status: 'success', nodes: [{}, { state: 'stale' }] });
    expect(cluster.stepDowns).toBe(0);
  });
});

describe('steps that are repeated', () => {
  it('at the same time start and count each row once', async () => {
    const moves = numbered(4);
    mount(...moves.map(([from]) => from));
    const id = await acceptRun(world.deps, moves, { max_concurrency: 1 });
    const step = (chunk: number) =>
      bulkChunkStep(requestDeps(world.deps), { id, chunk, done: false }, world.deps.clock.now() + 60_000);
    const { progress } = await stateOf(world.deps, id);
    for (let round = 0; round < 4; round++)
      await Promise.allSettled(progress.flatMap(({ chunk }) => [step(chunk), step(chunk), step(chunk)]));
    expect((await runEnds(world, id)).status).toBe('success');
    expect(posted().toSorted()).toEqual(moves.map((move) => move.join(' ')).toSorted());
    expect((await stateOf(world.deps, id)).counts).toMatchObject({ succeeded: 4, decided: 4, failed: 0 });
  });

  it('go on with a migration whose workflow did not start', async () => {
    mount('a/', 'b/');
    const id = await acceptRun(world.deps, [
      ['a/', 'x/'],
      ['b/', 'y/'],
    ]);
    const { start } = world.deps.workflows;
    const lost: string[] = [];
    world.deps.workflows.start = async (machine, name, input) => {
      if (lost.length > 0) return start(machine, name, input);
      lost.push(input.id);
      throw new Error('no answer');
    };
    const run = runEnds(world, id);
    while (lost.length === 0) await new Promise(setImmediate);
    // The reconciler starts it when it is overdue.
    world.deps.clock.pass(STEP_HOLD_MS);
    await start('cluster', 'again', { id: lost[0] ?? '' });
    expect((await run).status).toBe('success');
    expect((await readMigration(world.deps, lost[0] ?? ''))?.status).toBe('success');
  });
});
