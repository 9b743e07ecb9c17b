/** A proxy in front of a real server that keeps requests, so that a test can act while one of them is under way. */

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the proxy has got: its method, its path after `/v1/`, and its body. */
export interface Passing {
  method: string;
  path: string;
  body: string;
}

export interface Gate {
  address: string;
  /**
   * Never answers the first request of the kind, though the server gets it.
   * @returns when the server has answered it
   */
  keep(isIt: (passing: Passing) => boolean): Promise<void>;
  stop(): Promise<void>;
}

interface Keeper {
  isIt: (passing: Passing) => boolean;
  kept: () => void;
}

/** @param of is the address of the server */
export async function startGate(of: string): Promise<Gate> {
  const keepers = new Set<Keeper>();
  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing));

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '' } = incoming;
    const passing = { method, path: url.replace(/^\/v1\//, ''), body: body.toString('utf8') };
    const keeper = [...keepers].find(({ isIt }) => isIt(passing));
    if (keeper) keepers.delete(keeper);
    const { hostname, port } = new URL(of);
    const sent = request({ hostname, port, method, path: url, headers: incoming.headers }, (answer) => {
      if (keeper) {
        answer.resume();
        keeper.kept();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => outgoing.destroy());
    sent.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    keep: (isIt) => new Promise((kept) => keepers.add({ isIt, kept })),
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
