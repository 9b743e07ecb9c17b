/** A proxy in front of an AWS service that passes every request on as it is, and tells of it before. */

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { served } from '../local/served.ts';

export interface Passing {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface PassingProxy {
  endpoint: string;
  stop(): Promise<void>;
}

/** Serves on a free port of this machine. */
export async function startPassingProxy(
  upstream: string,
  tell: (passing: Passing) => void,
): Promise<PassingProxy> {
  const agent = new Agent({ keepAlive: true });
  const passOn = async (incoming: IncomingMessage): Promise<IncomingMessage> => {
    const { method = '', url: path = '', headers } = incoming;
    const body = await buffer(incoming);
    tell({ method, path, headers, body });
    const outgoing = request(new URL(path, upstream), { method, headers, agent });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  };
  const { endpoint, stop } = await served((incoming, outgoing) => {
    passOn(incoming)
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
