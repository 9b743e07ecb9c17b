/** Plain HTTP requests to the service, without knowledge of how it works inside. */

import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { inject } from 'vitest';

const { address, rootToken } = inject('target');

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
  body: any;
}

export interface Sent {
  /** The address of another service than the one that all tests share. */
  address?: string;
  /** The root token by default; empty for none. */
  token?: string;
  /** The value of `X-Vault-Namespace`. */
  namespace?: string | undefined;
  /** Sent as JSON; a string or bytes are sent unchanged. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** @param path what follows `/v1/`, percent-encoded where it has to be */
export async function call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const body = bytesOf(sent.body);
  const send = async (url: string) => {
    const response = await fetch(url, {
      method,
      headers: { ...ownHeaders(sent), ...sent.headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    return answer(response.status, response.headers, await response.text());
  };
  const first = await send(`${sent.address ?? address}/v1/${path}`);
  const elsewhere = otherServer(first);
  return elsewhere ? send(elsewhere.address + elsewhere.target) : first;
}

/** As `Sent`, but a header may be sent more than once. */
interface RawSent extends Omit<Sent, 'headers'> {
  headers?: Record<string, string | string[]>;
}

/** Sends the target unchanged: the URL parser of `fetch` would clean the path. */
export async function rawCall(method: string, target: string, sent: RawSent = {}): Promise<Answer> {
  const first = await rawSend(method, target, sent);
  const elsewhere = otherServer(first);
  return elsewhere ? rawSend(method, elsewhere.target, { ...sent, address: elsewhere.address }) : first;
}

/**
 * Where a standby, or a service in front of a cluster, sends a client to. As the clients of Vault do, the request is then
 * repeated there once, with its token, its namespace and its body.
 */
function otherServer({ status, headers }: Answer): { address: string; target: string } | undefined {
  const [, server, target] = /^(https?:\/\/[^/]+)(\/.*)$/.exec(headers.get('location') ?? '') ?? [];
  return status === 307 && server && target ? { address: server, target } : undefined;
}

function rawSend(method: string, target: string, sent: RawSent): Promise<Answer> {
  const { hostname, port, protocol } = new URL(sent.address ?? address);
  const send = protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const headers = { ...ownHeaders(sent), ...sent.headers, ...lengthOf(bytesOf(sent.body)) };
    const outgoing = send({ hostname, port, method, path: target, headers, agent: AGENT }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const received = new Headers(
          Object.entries(incoming.headers).map(([name, value]) => [name, `${value}`]),
        );
        resolve(answer(incoming.statusCode ?? 0, received, Buffer.concat(chunks).toString('utf8')));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytesOf(sent.body));
  });
}

const AGENT = new Agent({ keepAlive: false }) as never;

function ownHeaders({ token = rootToken, namespace }: RawSent): Record<string, string> {
  return {
    ...(token ? { 'X-Vault-Token': token } : {}),
    ...(namespace ? { 'X-Vault-Namespace': namespace } : {}),
  };
}

function lengthOf(body: string | Uint8Array<ArrayBuffer> | undefined): Record<string, string> {
  return body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

function answer(status: number, headers: Headers, text: string): Answer {
  return { status, headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
