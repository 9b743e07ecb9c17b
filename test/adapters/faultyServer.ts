/** A server in the place of a cluster that answers, or fails to answer, as a test tells it. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { ClusterSettings } from '../../functions/adapters/clusterSettings.ts';

interface Got {
  method: string;
  /** As it was sent. */
  url: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any;
}

type Play = (got: Got, response: ServerResponse, count: number) => void;

export interface FaultyServer {
  address: string;
  /** What it got since the last plan, without the questions for the active node. */
  got: Got[];
  /** How often it was asked for the active node. */
  asked: number;
  /** What it answers from now on. */
  plan(play: Play): void;
  /** What it answers to who asks for the active node; at first, that it is alone. */
  leader: object;
  leaderStatus: number;
  stop(): Promise<void>;
}

export async function startFaultyServer(): Promise<FaultyServer> {
  let play: Play = (_, response) => json(response, 500, {});
  const server = createServer(async (request, response) => {
    const got = await read(request);
    if (got.url === '/v1/sys/leader') {
      faulty.asked++;
      return json(response, faulty.leaderStatus, faulty.leader);
    }
    faulty.got.push(got);
    play(got, response, faulty.got.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const faulty: FaultyServer = {
    address: `http://127.0.0.1:${port}`,
    got: [],
    asked: 0,
    leader: { ha_enabled: false },
    leaderStatus: 200,
    plan(next) {
      play = next;
      faulty.got = [];
      faulty.asked = 0;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return faulty;
}

async function read(request: IncomingMessage): Promise<Got> {
  const text = (await buffer(request)).toString('utf8');
  const { method = '', url = '', headers } = request;
  return { method, url, headers, body: text && JSON.parse(text) };
}

export function json(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Settings with a fixed token and a clock that does not really sleep. */
export function settingsFor(address: string, more: Partial<ClusterSettings> = {}): ClusterSettings {
  const clock = { now: () => Date.now(), sleep: async () => {} };
  return { address, namespace: '', credentials: { token: TOKEN }, clock, ...more };
}

export const TOKEN = 's.the-token-of-the-service';
