/**
 * A proxy in front of DynamoDB that counts the calls by operation, and changes nothing. Reading a stream is not
 * counted: Lambda does it, and nobody pays for it.
 */

import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** Calls by operation, such as `Query`. */
export type Calls = Record<string, number>;

export interface CountingProxy {
  endpoint: string;
  /** The calls since this was last asked. */
  take(): Calls;
  stop(): Promise<void>;
}

/** Serves on a free port of this machine. */
export async function startCountingProxy(dynamodbEndpoint: string): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  let calls: Calls = {};
  const server = createServer((incoming, outgoing) => {
    const [service = '', operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    if (!service.startsWith('DynamoDBStreams')) calls[operation] = (calls[operation] ?? 0) + 1;
    forward(incoming, outgoing, dynamodbEndpoint, agent).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = calls;
      calls = {};
      return taken;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  endpoint: string,
  agent: Agent,
): Promise<void> {
  const { method, url, headers } = incoming;
  const upstream = request(new URL(url ?? '/', endpoint), { method, headers, agent });
  const answered = once(upstream, 'response') as Promise<[IncomingMessage]>;
  await pipeline(incoming, upstream);
  const [response] = await answered;
  outgoing.writeHead(response.statusCode ?? 502, response.headers);
  await pipeline(response, outgoing);
}

export function totalOf(calls: Calls): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
