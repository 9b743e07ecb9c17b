/** Moves on a real cluster of three nodes: standbys that do not see them, and leaders that are lost meanwhile. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { throughFile } from '../support/throughFile.ts';
import { enableApprole } from './support/authMethods.ts';
import { fillKv } from './support/kv.ts';
import { leasesBelow } from './support/leases.ts';
import { startRaftCluster } from './support/raftCluster.ts';
import type { RaftNode } from './support/raftNode.ts';
import { realMoves } from './support/realMoves.ts';

const KEYS = 400;
/** When the cluster has copied some keys, but not many. */
const COPY_BEGUN_MS = 300;

const raft = throughFile(startRaftCluster);
/** The configured address is that of a node which is a standby at first. */
let configured = '';
const moves = realMoves(() => ({ address: configured, token: raft.rootToken }));

let serial = 0;
const restarts: Promise<void>[] = [];

beforeAll(async () => {
  const [standby] = await raft.standbys();
  configured = standby?.address ?? '';
});

afterEach(async () => {
  moves.before = () => {};
  moves.after = () => {};
  await Promise.all(restarts.splice(0));
});

/** A new mount with something to read, at a path that no other test uses. */
async function mount(): Promise<string> {
  const path = `kv-${++serial}`;
  const { root } = await raft.leader();
  await root.must('POST', `sys/mounts/${path}`, { type: 'kv', options: { version: '1' } });
  await root.must('POST', `${path}/a`, { is: path });
  return path;
}

const isAsked = (cluster: MigrationInfo['cluster']) =>
  cluster?.nodes.every(({ state }) => state !== 'unasked') ?? false;

/** The addresses of the nodes that serve something at a path. */
async function servingNodes(path: string): Promise<string[]> {
  const reads = raft.nodes.map(async ({ address, root }) => {
    return (await root.request('GET', path)).status === 200 ? [address] : [];
  });
  return (await Promise.all(reads)).flat();
}

const addresses = () => raft.nodes.map(({ address }) => address);

const stepsDown = async () => {
  await raft.stepDown();
};
const dies = async () => {
  const leader: RaftNode = await raft.leader();
  await leader.kill();
  restarts.push(raft.leader().then(() => leader.restart()));
};

describe('a move on three nodes, of which the service knows a standby', () => {
  it('is not over while standbys are stale, and lists them', async () => {
    const path = await mount();
    const id = await moves.post({ from: path, to: `${path}-moved` });
    const info = await moves.runUntil(
      id,
      ({ phase, cluster }) => phase === 'propagating' && isAsked(cluster),
    );
    const { address: leader } = await raft.leader();
    expect(info).toMatchObject({ status: 'in-progress', phase: 'propagating', cluster: { posts: 1 } });
    expect(info.switched_time).not.toBeNull();
    for (const { address, state } of info.cluster?.nodes ?? [])
      expect(state, address).toBe(address === leader ? 'current' : 'stale');
    expect(info.cluster?.nodes).toHaveLength(3);
    expect(await servingNodes(`${path}-moved/a`)).toEqual([leader]);
    expect(await servingNodes(`${path}/a`)).toHaveLength(2);

    // What the operator does.
    for (const standby of await raft.standbys()) {
      await standby.seal();
      await standby.unseal();
    }
    expect(await moves.run(id)).toMatchObject({ status: 'success', phase: 'done' });
    expect((await servingNodes(`${path}-moved/a`)).sort()).toEqual(addresses().sort());
  });

  it('is over at once if the request says so, and lists them', async () => {
    const path = await mount();
    const info = await moves.move({ from: path, to: `${path}-moved`, stale_nodes: 'report' });
    expect(info.status).toBe('success');
    expect(info.cluster?.nodes.map(({ state }) => state).sort()).toEqual(['current', 'stale', 'stale']);
  });

  it('makes stale nodes lead if the request says so; one that is not chosen stays listed', async () => {
    const path = await mount();
    const id = await moves.post({ from: path, to: `${path}-moved`, refresh_nodes: 'step-down' });
    const isRefreshed = ({ cluster }: MigrationInfo) =>
      (cluster?.nodes ?? []).filter(({ state }) => state === 'current').length > 1;
    const info = await moves.runUntil(id, isRefreshed);
    if (info.status === 'in-progress') {
      const { address } = info.cluster?.nodes.find(({ state }) => state === 'stale') ?? {};
      const stale = raft.nodes.find((node) => node.address === address);
      await stale?.seal();
      await stale?.unseal();
    }
    expect(await moves.run(id)).toMatchObject({ status: 'success', phase: 'done' });
    expect((await servingNodes(`${path}-moved/a`)).sort()).toEqual(addresses().sort());
    expect(await servingNodes(`${path}/a`)).toEqual([]);
  });
});

describe('a leader that is lost', () => {
  it.each([
    ['steps down', 'in the drain', 'revoke', stepsDown],
    ['dies', 'in the drain', 'revoke', dies],
    ['steps down', 'at the post of the move', 'remount', stepsDown],
    ['dies', 'at the post of the move', 'remount', dies],
    ['steps down', 'in the watch', 'isRouted', stepsDown],
    ['dies', 'in the watch', 'isRouted', dies],
  ] as const)('because it %s %s: the migration goes on with the next one', async (_, __, method, lose) => {
    const { root } = await raft.leader();
    const path = `machines-${++serial}`;
    const logIn = await enableApprole(root, `auth/${path}`.slice(5));
    for (let i = 0; i < 20; i++) await logIn();
    const id = await moves.post({ from: `auth/${path}`, to: `auth/${path}-moved`, stale_nodes: 'report' });
    let posted = false;
    let calls = 0;
    moves.after = async (call) => {
      if (call.method === 'remount') posted = true;
      if (
        call.method !== method ||
        (method === 'isRouted' && !posted) ||
        ++calls !== (method === 'revoke' ? 5 : 1)
      )
        return;
      await lose();
    };
    const info = await moves.run(id);
    expect(calls).toBeGreaterThan(0);
    expect(info).toMatchObject({
      status: 'success',
      error: null,
      cluster: { waiting_for: null, warnings: [] },
    });
    await Promise.all(restarts.splice(0));
    const leader = await raft.leader();
    expect(Object.keys((await leader.root.must('GET', 'sys/auth')).body.data)).toContain(`${path}-moved/`);
    expect(await leasesBelow(leader.root, `auth/${path}/`)).toEqual([]);
    expect((await leader.root.must('GET', `auth/${path}-moved/role/machine`)).status).toBe(200);
  });
});

describe('a leader that dies in the middle of a copy into another namespace', () => {
  it('leaves a half moved mount, which is told', async () => {
    const leader = await raft.leader();
    for (const name of ['one', 'two']) await leader.root.must('POST', `sys/namespaces/${name}`);
    const kv = await fillKv(leader.root, 'kv', 'one', KEYS);
    moves.after = async ({ method }) => {
      if (method !== 'remount') return;
      moves.after = () => {};
      await delay(COPY_BEGUN_MS);
      await leader.kill();
    };
    const info = await moves.move({ from: 'one/kv', to: 'two/kv', allow_copy: true });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'half_moved' }, cluster: { posts: 1 } });
    await raft.leader();
    await leader.restart();
    expect(await kv.listedAt('kv', 'one')).toBe(0);
    expect(await kv.listedAt('kv', 'two')).toBeLessThan(KEYS);
  });
});
