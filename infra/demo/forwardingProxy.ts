/** A proxy in front of an AWS service that forwards every request unchanged, and first reports it to its user. */

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { startLocalServer } from '../local/localServer.ts';

export interface ForwardedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ForwardingProxy {
  endpoint: string;
  stop(): Promise<void>;
}

/** Serves on a free port of this machine. */
export async function startForwardingProxy(
  upstream: string,
  onRequest: (forwarded: ForwardedRequest) => void,
): Promise<ForwardingProxy> {
  const agent = new Agent({ keepAlive: true });
  const forward = async (incoming: IncomingMessage): Promise<IncomingMessage> => {
    const { method = '', url: path = '', headers } = incoming;
    const body = await buffer(incoming);
    onRequest({ method, path, headers, body });
    const outgoing = request(new URL(path, upstream), { method, headers, agent });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  };
  const { endpoint, stop } = await startLocalServer((incoming, outgoing) => {
    forward(incoming)
      .then(async (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        await pipeline(response, outgoing);
      })
      .catch(() => outgoing.destroy());
  });
  return {
    endpoint,
    async stop() {
      stop();
      agent.destroy();
    },
  };
}
