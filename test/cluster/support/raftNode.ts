/** One server of a real OpenBao with raft storage in a folder, so that it can be killed and started again. */

import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLastingPort } from '../../support/freePort.ts';
import { startServer } from '../../support/openbao.ts';
import type { Program } from '../../support/program.ts';
import { type Client, clientOf } from './client.ts';
import { until } from './until.ts';

export interface RaftNode {
  name: string;
  address: string;
  /** Asks this node with the root token. */
  root: Client;
  /** Ends the server, without any cleanup unless the signal is another one. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the server on the same ports. It is sealed then. */
  start(): Promise<void>;
  /** Starts the server on the same ports and unseals it. */
  restart(): Promise<void>;
  seal(): Promise<void>;
  /** Unseals the node, and waits until it serves all requests, as the active node or as a standby of one that does. */
  unseal(): Promise<void>;
  /** What the server has printed since it was first started. */
  log(): Promise<string>;
}

/** What all nodes of a cluster share. It is known from the initialisation on. */
export interface Keys {
  rootToken: string;
  unsealKey: string;
}

/** Shortens the wait until a node that joins may vote, and the wait for a new leader. */
const RAFT = {
  performance_multiplier: '1',
  autopilot_reconcile_interval: '200ms',
  autopilot_update_interval: '200ms',
};

/** Starts a server that is not initialised. */
export async function startRaftNode(folder: string, name: string, keys: Keys): Promise<RaftNode> {
  const [port, clusterPort] = [await findLastingPort(), await findLastingPort()];
  const address = `http://127.0.0.1:${port}`;
  const settings = join(folder, `${name}.json`);
  const printed = join(folder, `${name}.log`);
  const data = join(folder, name);
  await mkdir(data);
  await writeFile(settings, JSON.stringify(settingsOf(name, data, port, clusterPort)));

  const anonymous = clientOf(address, null);
  let program: Program | undefined;
  const node: RaftNode = {
    name,
    address,
    get root() {
      return clientOf(address, keys.rootToken);
    },
    async kill(signal = 'SIGKILL') {
      await program?.end(signal);
      program = undefined;
    },
    async start() {
      const output = await open(printed, 'a');
      const answers = async () => (await anonymous.request('GET', 'sys/seal-status')).status === 200;
      try {
        program = await startServer([`-config=${settings}`], address, answers, output.fd);
      } finally {
        await output.close();
      }
    },
    async restart() {
      await node.start();
      await node.unseal();
    },
    async seal() {
      await node.root.must('PUT', 'sys/seal');
    },
    async unseal() {
      await anonymous.must('PUT', 'sys/unseal', { key: keys.unsealKey });
      await until(`${name} serves`, async () => {
        // A standby reads by itself, but asks the active node for this.
        const { status } = await node.root.request('GET', 'sys/ha-status');
        return status === 200 || undefined;
      });
    },
    log: () => readFile(printed, 'utf8'),
  };
  await node.start();
  return node;
}

function settingsOf(name: string, data: string, port: number, clusterPort: number): object {
  return {
    storage: { raft: { path: data, node_id: name, ...RAFT } },
    listener: {
      tcp: {
        address: `127.0.0.1:${port}`,
        cluster_address: `127.0.0.1:${clusterPort}`,
        tls_disable: true,
      },
    },
    api_addr: `http://127.0.0.1:${port}`,
    cluster_addr: `https://127.0.0.1:${clusterPort}`,
    log_level: 'info',
  };
}
