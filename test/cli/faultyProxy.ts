/**
 * A proxy between the command and the service that causes one fault in each of the first requests, after that in which the
 * command finds out what it speaks to.
 */

import { buffer } from 'node:stream/consumers';
import { startLocalServer } from '../../infra/local/localServer.ts';

/** Answers busy or nothing without forwarding the request, or forwards it and drops the answer. */
export type Fault =
  | { status: number; retryAfter?: string; error?: string }
  | 'never answer'
  | 'lose the answer'
  | 'none';

export interface FaultyProxy {
  url: string;
  /** Method and path of all requests, including those that met a fault. */
  requests: string[];
  stop(): Promise<void>;
}

/** @param faults of the first requests, in order; all other requests are forwarded */
export async function startFaultyProxy(target: string, faults: Fault[]): Promise<FaultyProxy> {
  const requests: string[] = [];
  const left = [...faults];
  const { endpoint, stop } = await startLocalServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const isCounted = !url.startsWith('/v1/sys/health');
    if (isCounted) requests.push(`${method} ${url}`);
    const fault = isCounted ? left.shift() : 'none';
    const body = await buffer(request);
    if (typeof fault === 'object') {
      const headers = fault.retryAfter ? { 'Retry-After': fault.retryAfter } : {};
      response.writeHead(fault.status, headers).end(JSON.stringify({ errors: [fault.error ?? 'busy'] }));
      return;
    }
    if (fault === 'never answer') return;
    const token = request.headers['x-vault-token'];
    const answer = await fetch(target + url, {
      method,
      headers: typeof token === 'string' ? { 'X-Vault-Token': token } : {},
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    const kept = ['Idempotent-Replayed', 'X-Remount-Version'].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    if (fault === 'lose the answer') request.socket.destroy();
    else response.writeHead(answer.status, Object.fromEntries(kept)).end(text);
  });
  return {
    url: endpoint,
    requests,
    stop: async () => stop(),
  };
}
