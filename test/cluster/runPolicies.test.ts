/** What a run on a cluster does with policies. */

import { beforeEach, describe, expect, it } from 'vitest';
import { bulkInfo } from '../../functions/bulk/bulkInfo.ts';
import type { BulkRun } from '../../functions/bulk/bulkRun.ts';
import { cancelRun, restoredPolicies, undoRows } from '../../functions/bulk/cancelAndUndo.ts';
import { readRunPolicies } from '../../functions/bulk/changePolicies.ts';
import { startRun } from '../../functions/bulk/startRun.ts';
import { bulkBeginStep } from '../../functions/bulk/steps.ts';
import { CLUSTER_PATIENCE_MS } from '../../functions/limits.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import { OPERATOR } from '../../functions/remount/requesterInfo.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import {
  acceptRun,
  type Moves,
  optionsOf,
  outcomes,
  type RunWorld,
  requestDeps,
  runEnds,
  runWorld,
  stateOf,
} from './support/clusterRuns.ts';
import { FakeCluster, type MoveFate, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let world: RunWorld;
let cluster: FakeCluster;
let serial = 0;

const MOVES: Moves = [
  ['a/', 'x/'],
  ['b/', 'y/'],
  ['c/', 'z/'],
];
const rule = (path: string) => `path "${path}*" { capabilities = ["read"] }\n`;
const textFor = (...paths: string[]) => `# who may read\n${paths.map(rule).join('')}`;
const TEXT = textFor('a/', 'b/', 'c/');
const FOLLOWED = textFor('x/', 'y/', 'z/');
/** Names one mount only. */
const ONE = textFor('b/');

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.table.clear();
  for (const [path] of MOVES)
    cluster.mount(path, { accessor: `runPolicies_${++serial}`, uuid: `uuid_of_run_policies_${serial}` });
  cluster.setPolicy('people', TEXT);
  cluster.setPolicy('one', ONE);
  cluster.setPolicy('others', textFor('other/'));
  world = runWorld(service, cluster);
});

const accept = (mode: 'add' | 'follow', fields = {}) => acceptRun(world.deps, MOVES, fields, { mode });
const texts = () => ['people', 'one'].map((name) => cluster.textOf(name));
const soon = () => world.deps.clock.now() + 60_000;

async function info(id: string) {
  const state = await stateOf(world.deps, id);
  const policies = await readRunPolicies(world.deps.store, id);
  return bulkInfo(state, world.deps.clock.now(), OPERATOR, policies);
}

/** Watches the texts before each call of a method. */
function seenAt(method: string): (string | undefined)[] {
  const seen: (string | undefined)[] = [];
  cluster.before = (called) => {
    if (called === method) seen.push(cluster.textOf('people'));
  };
  return seen;
}

const writesOf = () => {
  const names: string[] = [];
  const { writePolicy } = cluster;
  cluster.writePolicy = (...of) => {
    names.push(of[1]);
    return writePolicy.apply(cluster, of);
  };
  return names;
};

describe.each([true, false])('on a cluster that counts versions of policies: %s', (countsVersions) => {
  beforeEach(() => {
    cluster.countsVersions = countsVersions;
  });

  it('"follow" writes each policy twice, and has rules for both paths until the last mount is moved', async () => {
    const names = writesOf();
    const seen = seenAt('remount');
    const run = await runEnds(world, await accept('follow'));
    expect(run.status).toBe('success');
    expect(seen).toHaveLength(3);
    for (const text of seen)
      for (const path of ['a/', 'b/', 'c/', 'x/', 'y/', 'z/']) expect(text).toContain(rule(path));
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
    expect(names.toSorted()).toEqual(['one', 'one', 'people', 'people']);
    const version = countsVersions ? 3 : 0;
    expect((await info(run.id)).policies).toEqual({
      mode: 'follow',
      changed: ['one', 'people'].map((policy) => ({ namespace: '', policy, version })),
      left: [],
      hidden: {},
    });
  });

  it('"add" writes each policy once', async () => {
    const names = writesOf();
    const run = await runEnds(world, await accept('add'));
    expect(names.toSorted()).toEqual(['one', 'people']);
    for (const path of ['a/', 'b/', 'c/', 'x/', 'y/', 'z/'])
      expect(cluster.textOf('people')).toContain(rule(path));
    const [added = ''] = cluster.textOf('one')?.match(/# Added by .*\n/) ?? [];
    const [, { id = '' } = {}] = await outcomes(world.deps, run.id);
    expect(added).toContain(`the move of b/ to y/, migration ${id}`);
  });

  it('only the rules of mounts that were moved follow', async () => {
    const [lease = ''] = cluster.issue('b/', 'creds/r', 2);
    cluster.stubborn.set(lease, 'connection refused');
    const run = await runEnds(world, await accept('follow'));
    expect(run).toMatchObject({ status: 'failure', error: { code: 'moves_failed' } });
    expect(texts()).toEqual([textFor('x/', 'b/', 'z/'), ONE]);
    expect((await info(run.id)).policies).toMatchObject({ changed: [{ policy: 'people' }], left: [] });
  });

  it('keeps what somebody writes between look and write', async () => {
    let isWritten = false;
    cluster.before = (method) => {
      if (method !== 'writePolicy' || isWritten) return;
      isWritten = true;
      for (const name of ['people', 'one']) cluster.setPolicy(name, `${cluster.textOf(name)}# mine\n`);
    };
    // Where versions are not counted, there is no moment between the last look and the write.
    if (!countsVersions) cluster.before = () => {};
    await runEnds(world, await accept('follow'));
    expect(texts()).toEqual(
      countsVersions ? [`${FOLLOWED}# mine\n`, `${textFor('y/')}# mine\n`] : [FOLLOWED, textFor('y/')],
    );
  });

  it('finds a write whose answer was lost', async () => {
    let lost = 0;
    cluster.after = (method) => {
      if (method === 'writePolicy' && lost++ < 4) throw unavailable(true);
    };
    const run = await runEnds(world, await accept('follow'));
    expect(run.status).toBe('success');
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
  });

  it('an undo gives back the first texts, to the byte', async () => {
    const id = await accept('follow');
    await runEnds(world, id);
    const own = requestDeps(world.deps);
    const state = await stateOf(world.deps, id);
    const policies = await restoredPolicies(own, state, ROOT);
    const origin = { namespace: ROOT, requestedBy: state.run.requestedBy, judges: OPERATOR };
    const order = { origin, options: optionsOf(world.deps), policies, undoOf: id };
    const undo = await startRun(own, order, () => undoRows(own, state, ROOT));
    expect((await runEnds(world, undo.id)).status).toBe('success');
    expect(texts()).toEqual([TEXT, ONE]);
    expect((await info(undo.id)).policies).toMatchObject({ mode: 'restore', left: [] });
  });
});

describe('a run on a cluster', () => {
  it('begins no move before its rules are written, however short the step', async () => {
    const id = await accept('follow');
    expect(await bulkBeginStep(requestDeps(world.deps), { id }, 0)).toMatchObject({ chunks: [] });
    expect(texts()).toEqual([TEXT, ONE]);
    await runEnds(world, id);
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
  });

  // Which execution comes first is chance.
  it.each([1, 2, 3, 4, 5])('writes each text once, however many executions there are (%i)', async () => {
    const names = writesOf();
    const id = await accept('follow');
    const begin = () => bulkBeginStep(requestDeps(world.deps), { id }, soon());
    await Promise.all([begin(), begin(), begin()]);
    await runEnds(world, id);
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
    expect(cluster.policies.get('|people')?.version).toBe(3);
    expect(names.length).toBeGreaterThanOrEqual(4);
  });

  it('keeps the old rules until every node has seen the moves', async () => {
    cluster.standbys.set('http://127.0.0.1:2', new Set(['a/', 'b/', 'c/']));
    const run = await runEnds(world, await accept('follow', { refresh_nodes: 'none' }), async () => {
      if (cluster.posts.length < 3) return;
      expect(cluster.textOf('people')).toContain(rule('a/'));
      cluster.standbys.set('http://127.0.0.1:2', new Set(['x/', 'y/', 'z/']));
    });
    expect(run.status).toBe('success');
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
  });

  it('leaves rules for both paths where nodes stay stale, and says so', async () => {
    cluster.standbys.set('http://127.0.0.1:2', new Set(['a/', 'b/', 'c/']));
    const run = await runEnds(world, await accept('follow', { refresh_nodes: 'none' }), async () => {
      if (cluster.posts.length === 3) world.deps.clock.pass(CLUSTER_PATIENCE_MS / 4);
    });
    expect(run).toMatchObject({ status: 'failure', error: { code: 'nodes_stale' } });
    for (const path of ['a/', 'x/']) expect(cluster.textOf('people')).toContain(rule(path));
    expect((await info(run.id)).policies?.left).toMatchObject([{ policy: 'one' }, { policy: 'people' }]);
  });

  it('that is cancelled takes back what it has added', async () => {
    const id = await accept('follow');
    await bulkBeginStep(requestDeps(world.deps), { id }, soon());
    expect(cluster.textOf('people')).toContain(rule('x/'));
    await cancelRun(requestDeps(world.deps), await stateOf(world.deps, id), undefined);
    expect(await runEnds(world, id)).toMatchObject({ status: 'failure', error: { code: 'cancelled' } });
    expect(texts()).toEqual([TEXT, ONE]);
    expect((await info(id)).policies).toMatchObject({ changed: [], left: [] });
  });

  it('that is cancelled takes back also what it has added without a record of it', async () => {
    const id = await accept('follow');
    cluster.after = (method) => {
      if (method === 'writePolicy') throw unavailable(true);
    };
    await bulkBeginStep(requestDeps(world.deps), { id }, soon());
    cluster.after = () => {};
    expect(cluster.textOf('one')).toContain(rule('y/'));
    cluster.setPolicy('one', `${cluster.textOf('one')}# mine\n`);
    await cancelRun(requestDeps(world.deps), await stateOf(world.deps, id), undefined);
    await runEnds(world, id);
    expect(texts()).toEqual([TEXT, `${ONE}# mine\n`]);
  });

  it('that is cancelled after a move keeps the old rules until every node has seen that', async () => {
    cluster.standbys.set('http://127.0.0.1:2', new Set(['a/', 'b/', 'c/']));
    const id = await accept('follow', { max_concurrency: 1 });
    let isCancelled = false;
    cluster.before = async (method) => {
      if (method !== 'remount' || isCancelled) return;
      isCancelled = true;
      await cancelRun(requestDeps(world.deps), await stateOf(world.deps, id), undefined);
    };
    let looks = 0;
    const run = await runEnds(world, id, async () => {
      if ((await stateOf(world.deps, id)).run.staleAt === undefined) return;
      looks++;
      const text = cluster.textOf('people');
      for (const [from, to] of MOVES) {
        expect(text).toContain(rule(from));
        expect(text).toContain(rule(to));
      }
      cluster.standbys.set('http://127.0.0.1:2', new Set(cluster.table.keys()));
    });
    expect(run).toMatchObject({ error: { code: 'cancelled' }, nodes: [{}, { state: 'current' }] });
    expect(looks).toBeGreaterThan(0);
    const made = (await outcomes(world.deps, id)).map((migration) => migration?.status === 'success');
    expect(made).toContain(true);
    expect(made).toContain(false);
    expect(cluster.textOf('people')).toBe(textFor(...MOVES.map(([from, to], i) => (made[i] ? to : from))));
  });

  it('knows what it has written also if it could not note it, and somebody has added to it since', async () => {
    const id = await accept('follow');
    let isLost = false;
    cluster.after = (method) => {
      if (method !== 'writePolicy' || cluster.posts.length < 3 || isLost) return;
      isLost = true;
      cluster.setPolicy('one', `${cluster.textOf('one')}# mine\n`);
      throw unavailable(true);
    };
    expect((await runEnds(world, id)).status).toBe('success');
    expect(isLost).toBe(true);
    expect(texts()).toEqual([FOLLOWED, `${textFor('y/')}# mine\n`]);
    expect((await info(id)).policies).toMatchObject({
      changed: [{ policy: 'one' }, { policy: 'people' }],
      left: [],
    });
  });

  it('leaves a policy whose added rules somebody has changed, and one that is gone', async () => {
    const id = await accept('follow');
    await bulkBeginStep(requestDeps(world.deps), { id }, soon());
    const mine = cluster.textOf('people')?.replaceAll('# Added', '# added') ?? '';
    cluster.setPolicy('people', mine);
    cluster.policies.delete('|one');
    expect((await runEnds(world, id)).status).toBe('success');
    expect(cluster.textOf('people')).toBe(mine);
    expect((await info(id)).policies?.left).toEqual([
      { namespace: '', policy: 'one', reason: 'it does not exist any more' },
      { namespace: '', policy: 'people', reason: 'its text has changed since' },
    ]);
  });

  it('leaves the rules of a mount that may be at its target although its move has failed', async () => {
    cluster.fates = Array.from({ length: 3 }, (): MoveFate => 'hanging');
    const arePosted = () => cluster.posts.length === 3;
    cluster.before = (method) => {
      if (arePosted() && !['policy', 'writePolicy', 'nodes'].includes(method)) throw unavailable();
    };
    let jumps = 0;
    const run = await runEnds(world, await accept('follow', { max_concurrency: 3 }), async () => {
      if (arePosted() && jumps++ < 3) world.deps.clock.pass(CLUSTER_PATIENCE_MS);
    });
    expect(run).toMatchObject({ status: 'failure', error: { code: 'moves_failed' } });
    for (const path of ['a/', 'x/']) expect(cluster.textOf('people')).toContain(rule(path));
    expect((await info(run.id)).policies?.left[0]?.reason).toMatch(
      /^a mount that it names may be at its target/,
    );
  });
});

describe('a cluster that does not let a run change policies', () => {
  const forbids = new ClusterForbids('the policy of the service lacks: path "sys/policies/acl/*"');
  const isOver = async (run: BulkRun) => {
    expect(cluster.posts).toEqual([]);
    expect(texts()).toEqual([TEXT, ONE]);
    expect((await info(run.id)).policies).toMatchObject({ changed: [], left: [] });
  };

  it('stops the run before its first move if it does not take a text', async () => {
    cluster.refusedPolicies.set('people', 'the text is too long');
    const run = await runEnds(world, await accept('follow'));
    const message =
      'the cluster did not take the new text of a policy of the root namespace; no mount was moved';
    expect(run).toMatchObject({ status: 'failure', error: { code: 'policy_refused', message } });
    expect(cluster.posts).toEqual([]);
    expect(texts()).toEqual([TEXT, ONE]);
    const left = [{ namespace: '', policy: 'people', reason: 'the text is too long' }];
    expect((await info(run.id)).policies).toMatchObject({ changed: [], left });
  });

  it('stops it if the service lacks the right by then', async () => {
    let calls = 0;
    cluster.before = (method) => {
      if (method === 'writePolicy' && ++calls === 2) throw forbids;
    };
    const run = await runEnds(world, await accept('follow'));
    const message = `${forbids.message}; no mount was moved`;
    expect(run).toMatchObject({ status: 'failure', error: { code: 'cluster_forbids', message } });
    await isOver(run);
  });

  it('is waited for while it does not answer; the state of the run says so', async () => {
    const id = await accept('follow');
    let silent = 5;
    cluster.before = (method) => {
      if (method === 'policy' && silent-- > 0) throw unavailable();
    };
    const told: unknown[] = [];
    const run = await runEnds(world, id, async () => {
      told.push((await info(id)).cluster?.waiting_for);
    });
    expect(told.slice(0, 5)).toEqual(Array(5).fill('connect ECONNREFUSED'));
    expect(run.status).toBe('success');
    expect(run).not.toHaveProperty('waiting');
    expect(texts()).toEqual([FOLLOWED, textFor('y/')]);
  });

  it('stops the run when it has not answered for too long', async () => {
    const id = await accept('follow');
    let isDown = true;
    cluster.before = (method) => {
      if (method === 'policy' && isDown) throw unavailable();
    };
    const run = await runEnds(world, id, async () => {
      world.deps.clock.pass(CLUSTER_PATIENCE_MS);
      isDown = (await stateOf(world.deps, id)).run.stopped === undefined;
    });
    expect(run).toMatchObject({ status: 'failure', error: { code: 'cluster_unavailable' } });
    await isOver(run);
  });

  it('finishes the others if it forbids one of them after the last move', async () => {
    const id = await accept('follow');
    const { policy } = cluster;
    cluster.policy = (...of) => {
      if (of[1] === 'one' && cluster.posts.length > 0) throw forbids;
      return policy.apply(cluster, of);
    };
    const seen: (string | undefined)[] = [];
    const run = await runEnds(world, id, async () => {
      if (!(await stateOf(world.deps, id)).run.waiting) return;
      seen.push(cluster.textOf('people'));
      world.deps.clock.pass(CLUSTER_PATIENCE_MS);
    });
    expect(run.status).toBe('success');
    expect(seen[0]).toBe(FOLLOWED);
    const reason = 'the run has ended before it was done with it';
    // It has the rules that were added.
    expect((await info(id)).policies).toMatchObject({
      changed: [{ policy: 'one' }, { policy: 'people' }],
      left: [{ policy: 'one', reason }],
    });
  });

  it('leaves the policies as they are if that is so after the last move', async () => {
    const id = await accept('follow');
    cluster.before = (method) => {
      if (method === 'writePolicy' && cluster.posts.length > 0) throw forbids;
    };
    const run = await runEnds(world, id, async () => {
      if ((await stateOf(world.deps, id)).run.waiting) world.deps.clock.pass(CLUSTER_PATIENCE_MS);
    });
    expect(run.status).toBe('success');
    for (const path of ['a/', 'x/']) expect(cluster.textOf('people')).toContain(rule(path));
    expect((await info(id)).policies?.left).toMatchObject([{ policy: 'one' }, { policy: 'people' }]);
  });
});
