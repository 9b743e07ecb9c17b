/** What three nodes of a real cluster make of a move: only the active one knows of it. */

import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { plainMove, postMove } from './support/moves.ts';
import { startRaftCluster } from './support/raftCluster.ts';
import type { RaftNode } from './support/raftNode.ts';

/** Longer than it takes a standby to hear of a change that it does hear of. */
const SETTLED_MS = 1_000;

const cluster = throughFile(startRaftCluster);

let leader: RaftNode;
let standbys: [RaftNode, RaftNode];
let mounts = 0;
/** The path of a mount with the key `a`, which all nodes serve. */
let source: string;
let target: string;

beforeEach(async () => {
  leader = await cluster.leader();
  standbys = (await cluster.standbys()) as typeof standbys;
  source = `kv-${++mounts}`;
  target = `${source}-moved`;
  await leader.root.must('POST', `sys/mounts/${source}`, { type: 'kv', options: { version: '1' } });
  await leader.root.must('POST', `${source}/a`, { is: source });
  await delay(SETTLED_MS);
});

/** Which of the two paths a node lists, and which it serves. */
async function viewOf({ root }: RaftNode): Promise<{ lists: string[]; reads: string[]; routes: string[] }> {
  const listed = Object.keys((await root.must('GET', 'sys/mounts')).body.data);
  const reads: string[] = [];
  const routes: string[] = [];
  for (const path of [source, target]) {
    if ((await root.request('GET', `${path}/a`)).status === 200) reads.push(path);
    const { body } = await root.request('POST', 'sys/remount', { from: path, to: path });
    if (/^path already in use/.test(body.errors[0])) routes.push(path);
  }
  return { lists: [source, target].filter((path) => listed.includes(`${path}/`)), reads, routes };
}

const at = (path: string) => ({ lists: [path], reads: [path], routes: [path] });

/** The nodes that one of them names. */
async function namedBy({ root }: RaftNode): Promise<{ api_address: string; active_node: boolean }[]> {
  return (await root.must('GET', 'sys/ha-status')).body.data.nodes;
}

describe('a successful move', () => {
  it('leaves the standbys at the source, for reads; a write there finds neither path', async () => {
    expect((await plainMove(leader.root, source, target)).status).toBe('success');
    await delay(SETTLED_MS);
    expect(await viewOf(leader)).toEqual(at(target));
    for (const standby of standbys) {
      expect(await viewOf(standby)).toEqual(at(source));
      for (const path of [source, target])
        expect(await standby.root.request('POST', `${path}/b`, { is: path })).toEqual({
          status: 404,
          body: { errors: [`no handler for route "${path}/b". route entry not found.`] },
        });
    }
  });

  it('across namespaces takes the mount from the standbys, and not each has it at the target then', async () => {
    const [from, to] = [`${source}-from`, `${source}-to`];
    for (const namespace of [from, to]) await leader.root.must('POST', `sys/namespaces/${namespace}`);
    await leader.root.must('POST', 'sys/mounts/kv', { type: 'kv' }, from);
    await delay(SETTLED_MS);
    await plainMove(leader.root, `${from}/kv`, `${to}/kv`);
    await delay(2 * SETTLED_MS);
    const lists = async ({ root }: RaftNode, namespace: string) =>
      'kv/' in (await root.must('GET', 'sys/mounts', undefined, namespace)).body.data;
    for (const node of cluster.nodes) expect(await lists(node, from)).toBe(false);
    expect(await lists(leader, to)).toBe(true);
    const have = await Promise.all(standbys.map((standby) => lists(standby, to)));
    expect(have).toContain(false);
  });

  it('is not known to a standby after a tune of the mount or a change of another', async () => {
    await plainMove(leader.root, source, target);
    await leader.root.must('POST', `sys/mounts/${target}/tune`, { description: 'tuned' });
    await leader.root.must('POST', `sys/mounts/${target}-other`, { type: 'kv' });
    await leader.root.must('PUT', 'sys/plugins/reload/backend', { mounts: [`${target}/`] });
    await delay(SETTLED_MS);
    for (const standby of standbys) expect(await viewOf(standby)).toEqual(at(source));
  });

  it('is known to a standby that was restarted, or sealed and unsealed', async () => {
    await plainMove(leader.root, source, target);
    // A node that is killed at once starts with the mounts that it had, and stays stale.
    await delay(SETTLED_MS);
    const [restarted, sealed] = standbys;
    await restarted.kill();
    await restarted.restart();
    await sealed.seal();
    expect(await sealed.root.request('GET', 'sys/mounts')).toEqual({
      status: 503,
      body: { errors: ['Vault is sealed'] },
    });
    await sealed.unseal();
    for (const standby of standbys) expect(await viewOf(standby)).toEqual(at(target));
  });

  it('is known to a standby that has become the leader', async () => {
    await plainMove(leader.root, source, target);
    const next = await cluster.stepDown();
    expect(await viewOf(next)).toEqual(at(target));
    const [stale] = standbys.filter((standby) => standby !== next) as [RaftNode];
    expect(await viewOf(stale)).toEqual(at(source));
    await stale.kill();
    await stale.restart();
  });

  it('is known to the node that leads after the loss of the leader', async () => {
    await plainMove(leader.root, source, target);
    await leader.kill();
    const next = await cluster.leader();
    expect(standbys).toContain(next);
    expect(await viewOf(next)).toEqual(at(target));
    await leader.restart();
    expect(await viewOf(leader)).toEqual(at(target));
  });
});

describe('a move posted to a standby', () => {
  it('is accepted there and fails, and only that standby knows its id', async () => {
    const [standby, other] = standbys;
    const id = await postMove(standby.root, source, target);
    await delay(SETTLED_MS);
    const { body } = await standby.root.must('GET', `sys/remount/status/${id}`);
    const info = { source_mount: `${source}/`, target_mount: `${target}/`, status: 'failure' };
    expect(body.data).toEqual({ migration_id: id, migration_info: info });
    for (const node of [leader, other])
      expect(await node.root.request('GET', `sys/remount/status/${id}`)).toEqual({
        status: 404,
        body: { errors: [] },
      });
    expect(await standby.log()).toMatch(`migration_id=${id} namespace="" to_path=${target} error=`);
    expect(await standby.log()).toContain('cannot write to readonly storage');
    for (const node of cluster.nodes) expect(await viewOf(node)).toEqual(at(source));
  });
});

describe('the nodes', () => {
  it('name the leader', async () => {
    const { leader_address, ...rest } = (await leader.root.must('GET', 'sys/leader')).body;
    expect(leader_address).toBe(leader.address);
    expect(rest).toMatchObject({ ha_enabled: true, is_self: true });
    for (const standby of standbys)
      expect((await standby.root.must('GET', 'sys/leader')).body).toMatchObject({
        ha_enabled: true,
        is_self: false,
        leader_address: leader.address,
      });
    expect((await leader.root.request('GET', 'sys/health')).status).toBe(200);
    for (const standby of standbys)
      expect(await standby.root.request('GET', 'sys/health')).toMatchObject({
        status: 429,
        body: { standby: true, sealed: false },
      });
  });

  it('are all named by each of them', async () => {
    const addresses = cluster.nodes.map(({ address }) => address).sort();
    for (const node of cluster.nodes) {
      const named = await namedBy(node);
      expect(named.map(({ api_address }) => api_address).sort()).toEqual(addresses);
      const active = named.filter(({ active_node }) => active_node);
      expect(active.map(({ api_address }) => api_address)).toEqual([leader.address]);
    }
  });

  it('are named for a while after one is sealed, but not the one that is down when the leader changes', async () => {
    const [sealed] = standbys;
    await sealed.seal();
    expect(await namedBy(leader)).toContainEqual(expect.objectContaining({ api_address: sealed.address }));
    await sealed.unseal();

    await leader.kill();
    const next = await cluster.leader();
    const named = (await namedBy(next)).map(({ api_address }) => api_address);
    expect(named).toContain(next.address);
    expect(named).not.toContain(leader.address);
    // Raft names it by its address within the cluster.
    const { config } = (await next.root.must('GET', 'sys/storage/raft/configuration')).body.data;
    const ids = config.servers.map(({ node_id }: { node_id: string }) => node_id);
    expect(ids.sort()).toEqual(cluster.nodes.map(({ name }) => name));
    await leader.restart();
  });
});
