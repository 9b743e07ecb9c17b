/** One real OpenBao: in memory and quick to start, or with storage that survives its end. */

import { startOpenBao } from '../../support/openbao.ts';
import { type Client, clientOf } from './client.ts';
import { startRaftCluster } from './raftCluster.ts';
import type { RaftNode } from './raftNode.ts';

interface TestServer {
  /** Asks with the root token. */
  root: Client;
  rootToken: string;
  stop(): Promise<void>;
}

export interface LastingServer extends TestServer {
  /** Kills, restarts, seals and unseals it. */
  node: RaftNode;
}

/** Starts a server that keeps its data in memory. */
export async function startInMemory(): Promise<TestServer> {
  const { address, rootToken, stop } = await startOpenBao();
  return { root: clientOf(address, rootToken), rootToken, stop };
}

/** Starts a server that keeps its data in a folder: a raft cluster of one node. */
export async function startLasting(): Promise<LastingServer> {
  const { nodes, rootToken, stop } = await startRaftCluster(1);
  const [node] = nodes as [RaftNode];
  return { node, root: node.root, rootToken, stop };
}
