/** A real OpenBao of several nodes with raft storage on this machine. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf } from './client.ts';
import { type Keys, type RaftNode, startRaftNode } from './raftNode.ts';
import { until } from './until.ts';

export interface RaftCluster {
  nodes: RaftNode[];
  rootToken: string;
  /** Waits until the nodes that run and are unsealed agree on the one that leads. */
  leader(): Promise<RaftNode>;
  /** The other nodes that run and are unsealed. */
  standbys(): Promise<RaftNode[]>;
  /** Takes the leadership from the leader, and waits until another node has it. @returns that node */
  stepDown(): Promise<RaftNode>;
  stop(): Promise<void>;
}

/** Starts a cluster that is initialised and unsealed. Each node votes, so that three survive the loss of one. */
export async function startRaftCluster(size = 3): Promise<RaftCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-cluster-'));
  const keys: Keys = { rootToken: '', unsealKey: '' };
  const names = Array.from({ length: size }, (_, i) => `node-${i + 1}`);
  const started = await Promise.allSettled(names.map((name) => startRaftNode(folder, name, keys)));
  const nodes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    await form(nodes, keys);
  } catch (error) {
    await stop();
    throw error;
  }
  const cluster: RaftCluster = {
    nodes,
    rootToken: keys.rootToken,
    leader: () => until('the nodes agree on a leader', () => leaderOf(nodes)),
    async standbys() {
      const leader = await cluster.leader();
      return (await serving(nodes)).map(({ node }) => node).filter((node) => node !== leader);
    },
    async stepDown() {
      const before = await cluster.leader();
      await before.root.must('PUT', 'sys/step-down');
      return until('another node leads', async () => {
        const now = await leaderOf(nodes);
        return now === before ? undefined : now;
      });
    },
    stop,
  };
  return cluster;
}

async function form([first, ...others]: RaftNode[], keys: Keys): Promise<void> {
  if (!first) throw new Error('a cluster has at least one node');
  const shares = { secret_shares: 1, secret_threshold: 1 };
  const { body } = await clientOf(first.address, null).must('PUT', 'sys/init', shares);
  Object.assign(keys, { rootToken: body.root_token, unsealKey: body.keys_base64[0] });
  await first.unseal();
  if (others.length === 0) return;
  // By default a node that joins does not vote for ten seconds.
  const stabilization = { server_stabilization_time: '0s' };
  await first.root.must('POST', 'sys/storage/raft/autopilot/configuration', stabilization);
  await Promise.all(others.map((node) => joinTo(first, node)));
  await until('all nodes vote', async () => (await voters(first)) === 1 + others.length || undefined);
}

async function joinTo(first: RaftNode, node: RaftNode): Promise<void> {
  const leader = { leader_api_addr: first.address };
  await clientOf(node.address, null).must('POST', 'sys/storage/raft/join', leader);
  await node.unseal();
}

async function voters({ root }: RaftNode): Promise<number> {
  const { body } = await root.must('GET', 'sys/storage/raft/configuration');
  const servers: { voter: boolean }[] = body.data.config.servers;
  return servers.filter(({ voter }) => voter).length;
}

interface Serving {
  node: RaftNode;
  leads: boolean;
  leaderAddress: string;
}

/** The nodes that run and are unsealed. */
async function serving(nodes: RaftNode[]): Promise<Serving[]> {
  const asked = nodes.map(async (node): Promise<Serving[]> => {
    const { status, body } = await node.root.request('GET', 'sys/leader');
    return status === 200 ? [{ node, leads: body.is_self, leaderAddress: body.leader_address }] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** @returns nothing while the nodes do not agree, or the one that leads does not serve yet */
async function leaderOf(nodes: RaftNode[]): Promise<RaftNode | undefined> {
  const all = await serving(nodes);
  const leader = all.find(({ leads }) => leads)?.node;
  if (!leader || all.some(({ leaderAddress }) => leaderAddress !== leader.address)) return undefined;
  const { status } = await leader.root.request('GET', 'sys/mounts');
  return status === 200 ? leader : undefined;
}
