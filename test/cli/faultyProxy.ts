/** A proxy between the command and the service that does one wrong thing with each of the first requests. */

import { buffer } from 'node:stream/consumers';
import { startLocalServer } from '../../infra/local/localServer.ts';

/** To be busy or silent without having passed the request on, or to pass it on and lose the answer. */
export type Fault = { status: number; retryAfter?: string } | 'never answer' | 'lose the answer' | 'none';

export interface FaultyProxy {
  url: string;
  /** Method and path of all requests, those that met a fault among them. */
  requests: string[];
  stop(): Promise<void>;
}

/** @param faults those of the first requests, in their order; all others are passed on */
export async function startFaultyProxy(target: string, faults: Fault[]): Promise<FaultyProxy> {
  const requests: string[] = [];
  const left = [...faults];
  const { endpoint, stop } = await startLocalServer(async (request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const fault = left.shift();
    const body = await buffer(request);
    if (typeof fault === 'object') {
      const headers = fault.retryAfter ? { 'Retry-After': fault.retryAfter } : {};
      response.writeHead(fault.status, headers).end('{"errors":["busy"]}');
      return;
    }
    if (fault === 'never answer') return;
    const token = String(request.headers['x-vault-token']);
    const answer = await fetch(target + url, {
      method,
      headers: { 'X-Vault-Token': token },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    const replayed = answer.headers.get('Idempotent-Replayed');
    if (fault === 'lose the answer') request.socket.destroy();
    else response.writeHead(answer.status, replayed ? { 'Idempotent-Replayed': replayed } : {}).end(text);
  });
  return {
    url: endpoint,
    requests,
    stop: async () => stop(),
  };
}
