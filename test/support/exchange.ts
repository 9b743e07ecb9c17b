/** One request to a server, and its answer, without anything between that would tidy them. */

import { Agent, request } from 'node:http';

/** A server, and a token of its root policy. */
export interface Side {
  address: string;
  token: string;
}

export interface Request {
  method: string;
  /** What follows `/v1/`, percent-encoded. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string;
  headers?: Record<string, string>;
  /** In place of the token of the side; `null` for none. */
  token?: string | null;
}

export interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered; nothing if it is no JSON
  json: any;
}

const PATIENCE_MS = 60_000;

const AGENT = new Agent({ keepAlive: true, maxSockets: 64 });

/** A connection that the server drops is an answer, too: one with the status 0. */
export function exchange(side: Side, namespace: string, sent: Request): Promise<Answer> {
  const bytes = bytesOf(sent);
  const { hostname, port } = new URL(side.address);
  const headers = { ...headersOf(side, namespace, sent), ...(bytes && { 'Content-Length': bytes.length }) };
  return new Promise((resolve) => {
    const dropped = (error: Error) => resolve({ status: 0, text: error.message, json: undefined });
    const options = { hostname, port, method: sent.method, path: `/v1/${sent.path}`, headers, agent: AGENT };
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', dropped);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, text, json: parsed(text) });
      });
    });
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', dropped);
    outgoing.end(bytes);
  });
}

function headersOf(side: Side, namespace: string, { token, headers }: Request): Record<string, string> {
  return {
    ...(token === null ? {} : { 'X-Vault-Token': token ?? side.token }),
    ...(namespace ? { 'X-Vault-Namespace': namespace } : {}),
    ...headers,
  };
}

function bytesOf({ raw, body }: Request): Buffer | undefined {
  if (raw !== undefined) return Buffer.from(raw);
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
