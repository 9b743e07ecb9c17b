/** One request to the service and its answer. Nothing is repeated here. */

import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Connection } from './connection.ts';

export interface Sent {
  method: 'GET' | 'POST';
  /** Behind `/v1/`, with its query. */
  path: string;
  headers: OutgoingHttpHeaders;
  body: string;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The service ends a request after 29 seconds by itself. */
const TIMEOUT_MS = 60_000;

/** Rejects with the error of Node when there was no whole answer; its `code` tells why. */
export function exchange({ address, token, namespace, tls }: Connection, sent: Sent): Promise<Received> {
  const url = new URL(`${address.href.replace(/\/$/, '')}/v1/${sent.path}`);
  const headers: OutgoingHttpHeaders = {
    'X-Vault-Token': token,
    'X-Vault-Request': 'true',
    ...(namespace && { 'X-Vault-Namespace': asHeader(namespace) }),
    'Content-Length': Buffer.byteLength(sent.body),
    ...sent.headers,
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: sent.method, headers, timeout: TIMEOUT_MS, ...tls }, (incoming) => {
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

/** UTF-8 as other clients send it; Node writes each character of a header as one byte. */
function asHeader(text: string): string {
  return Buffer.from(text).toString('latin1');
}
