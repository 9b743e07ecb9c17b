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
    for (const { root } of cluster.nodes) {
      const { body } = await root.must('GET', 'sys/ha-status');
      const nodes: { api_address: string; active_node: boolean }[] = body.data.nodes;
      expect(nodes.map(({ api_address }) => api_address).sort()).toEqual(addresses);
      const active = nodes.filter(({ active_node }) => active_node);
      expect(active.map(({ api_address }) => api_address)).toEqual([leader.address]);
    }
  });
});
