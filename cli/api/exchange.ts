/** Sends one request to the service and returns the answer. Does not retry. */

import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Connection } from './connection.ts';
import { agentFor } from './proxy.ts';

export interface Sent {
  method: 'GET' | 'POST' | 'DELETE';
  /** The path after `/v1/`, with its query. */
  path: string;
  headers: OutgoingHttpHeaders;
  body: string;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The service itself ends a request after 29 seconds. */
const TIMEOUT_MS = 60_000;

/** Rejects with Node's error if there is no complete answer; its `code` is the reason. */
export function exchange(
  { address, token, namespace, tls, proxy }: Connection,
  sent: Sent,
): Promise<Received> {
  const url = new URL(`${address.href.replace(/\/$/, '')}/v1/${sent.path}`);
  const headers: OutgoingHttpHeaders = {
    ...(token && { 'X-Vault-Token': token }),
    'X-Vault-Request': 'true',
    ...(namespace && { 'X-Vault-Namespace': asHeader(namespace) }),
    'Content-Length': Buffer.byteLength(sent.body),
    ...sent.headers,
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const options = {
    method: sent.method,
    headers,
    timeout: TIMEOUT_MS,
    ...tls,
    ...(proxy && { agent: agentFor(url, proxy) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headers: received } = incoming;
        resolve({ status, headers: received, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.on('timeout', () => {
      outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    });
    outgoing.on('error', reject);
    outgoing.end(sent.body);
  });
}

/** UTF-8, as other clients send it. Node writes each character of a header as one byte. */
function asHeader(text: string): string {
  return Buffer.from(text).toString('latin1');
}
