/** The adapter on three real nodes: it finds the active one, keeps to it when it changes, and asks each node for itself. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { throughFile } from '../support/throughFile.ts';
import { connect, enableLogin } from './support/adapter.ts';
import { startRaftCluster } from './support/raftCluster.ts';
import { until } from './support/until.ts';

const POLICY = join(import.meta.dirname, '..', '..', 'infra', 'cluster', 'policy.hcl');

const raft = throughFile(() => startRaftCluster());

const KV = { namespace: '', path: 'kv/' };
const about = { migrationId: 'm-1', requestedBy: 'accessor' };

/** Connects to a standby, with the login and the policy of the service. */
async function throughStandby() {
  const leader = await raft.leader();
  const policy = await readFile(POLICY, 'utf8');
  await leader.root.must('PUT', 'sys/policies/acl/remount', { policy });
  const credentials = await enableLogin(leader.root, '', ['remount']);
  const [standby] = await raft.standbys();
  if (!standby) throw new Error('there is no standby');
  return { leader, standby, cluster: connect({ root: standby.root, rootToken: '' }, { credentials }) };
}

/** The nodes, once the active one knows all of them. */
async function allNodes(cluster: ReturnType<typeof connect>) {
  return until('the active node knows all nodes', async () => {
    try {
      return await cluster.nodes();
    } catch (error) {
      if (error instanceof ClusterUnavailable) return undefined;
      throw error;
    }
  });
}

describe('a standby at the configured address', () => {
  it('is not what answers: a mount that was just made is there, and moves', async () => {
    const { leader, standby, cluster } = await throughStandby();
    await leader.root.must('POST', 'sys/mounts/kv', { type: 'kv' });
    expect(cluster.address).toBe(standby.address);
    expect(await cluster.isRouted(KV)).toBe(true);
    const { id } = (await cluster.remount(KV, { ...KV, path: 'moved/' }, about)) as { id: string };
    await until('it is moved', async () => ((await cluster.status(id, '')) === 'success' ? true : undefined));
    expect((await cluster.mounts('')).has('moved/')).toBe(true);
    expect(await cluster.isRouted(KV)).toBe(false);
  });

  it('is told among the nodes, and each tells its own table', async () => {
    const { leader, cluster } = await throughStandby();
    const nodes = await allNodes(cluster);
    expect(nodes.map(({ address }) => address).toSorted()).toEqual(
      raft.nodes.map(({ address }) => address).toSorted(),
    );
    expect(nodes.filter(({ isActive }) => isActive)).toEqual([{ address: leader.address, isActive: true }]);
    for (const node of nodes) {
      const { body } = await (
        raft.nodes.find(({ address }) => address === node.address) as typeof leader
      ).root.must('GET', 'sys/mounts');
      const mounts = await cluster.mounts('', node);
      const own = [...mounts.keys()].filter((path) => !path.startsWith('auth/'));
      expect(own.toSorted()).toEqual(Object.keys(body.data).toSorted());
    }
  });

  it('tells its own state', async () => {
    const { cluster } = await throughStandby();
    expect(await cluster.server()).toMatchObject({
      isInitialized: true,
      isSealed: false,
      isPerformanceSecondary: false,
    });
  });
});

describe('another active node', () => {
  it('is found by calls that are under way, and its nodes are not believed at once', async () => {
    const { leader, cluster } = await throughStandby();
    await allNodes(cluster);
    expect(await cluster.stepDown()).toEqual({ done: true });
    const [mounts] = await Promise.all([cluster.mounts(''), cluster.self()]);
    expect(mounts.has('sys/')).toBe(true);
    await expect(cluster.nodes()).rejects.toThrow(
      'the active node is new, and does not know all other nodes yet',
    );
    const nodes = await allNodes(cluster);
    expect(nodes).toHaveLength(3);
    expect(nodes.find(({ isActive }) => isActive)?.address).not.toBe(leader.address);
  });

  it('is not made without the right to it', async () => {
    const { leader, cluster } = await throughStandby();
    const policy = (await readFile(POLICY, 'utf8')).replace(/^path "sys\/step-down".*$/m, '');
    await leader.root.must('PUT', 'sys/policies/acl/remount', { policy });
    await expect(cluster.stepDown()).rejects.toThrow(
      'the policy of the service lacks: path "sys/step-down" { capabilities = ["update", "sudo"] }',
    );
    expect(await raft.leader()).toBe(leader);
  });

  it('is found when the first is killed, and when the configured one is', async () => {
    const { leader, standby, cluster } = await throughStandby();
    expect(await cluster.policy('', 'default')).toBeDefined();
    await leader.kill();
    expect(
      await until('another node answers', () => cluster.policy('', 'default').catch(() => undefined)),
    ).toBeDefined();
    await leader.restart();
    await allNodes(cluster);
    // The cluster is known by now, so that the configured node may go.
    await standby.kill();
    expect(
      await until('another node answers', () => cluster.policy('', 'default').catch(() => undefined)),
    ).toBeDefined();
    await standby.restart();
    await raft.leader();
  });

  it('is reached at the address that is configured for it', async () => {
    const { leader, cluster } = await throughStandby();
    expect(cluster.address).not.toBe(leader.address);
    const nodes = { [leader.address]: leader.address.replace('127.0.0.1', 'localhost') };
    const mapped = connect({ root: leader.root, rootToken: raft.rootToken }, { nodes });
    const active = (await allNodes(mapped)).find(({ isActive }) => isActive);
    expect(active?.address).toBe(nodes[leader.address]);
    expect((await mapped.mounts('')).has('sys/')).toBe(true);
  });
});

describe('a sealed server', () => {
  it('tells that it is, and does nothing else', async () => {
    const alone = await startRaftCluster(1);
    try {
      const [node] = alone.nodes as [(typeof alone.nodes)[0]];
      const cluster = connect({ root: node.root, rootToken: alone.rootToken });
      await node.seal();
      expect(await cluster.server()).toMatchObject({
        product: 'OpenBao',
        isInitialized: true,
        isSealed: true,
      });
      const failure = await cluster.remount(KV, KV, about).catch((error) => error);
      expect(failure).toBeInstanceOf(ClusterUnavailable);
      expect(failure.mayHaveArrived).toBe(false);
      await node.unseal();
      expect((await cluster.mounts('')).has('sys/')).toBe(true);
    } finally {
      await alone.stop();
    }
  });
});
