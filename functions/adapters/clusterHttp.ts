/** Sends one request to one node of a cluster and reads the answer. Does not repeat it, and follows no redirect. */

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { CLUSTER_CONNECTIONS, MAX_CLUSTER_ANSWER_BYTES } from '../limits.ts';
import { complaintAbout } from './clusterSettings.ts';

// An import would also load Node's own `fetch`, which is a quarter of the time that a function needs to start.
const { Agent, request: httpRequest } = process.getBuiltinModule('node:http');

interface Sent {
  method: 'GET' | 'POST';
  /** The path after `/v1/`, not encoded. */
  path: string;
  /** Without a question mark. */
  query?: string;
  headers: OutgoingHttpHeaders;
  body?: object;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  /** What the JSON says; nothing if it is empty or no JSON. */
  body: unknown;
}

/** @param address of the node, without a path */
export type Exchange = (address: string, sent: Sent, timeoutMs: number) => Promise<Received>;

/** There is no complete answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether a node may have got the request. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, mayHaveArrived: boolean) {
    super(message);
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** @param ca the certificate of a private authority */
export function clusterExchange(ca?: string): Exchange {
  const kept = { keepAlive: true, maxSockets: CLUSTER_CONNECTIONS };
  const plain = { send: httpRequest, agent: new Agent(kept) };
  const secure = { send: httpsRequest, agent: new SecureAgent({ ...kept, ...(ca && { ca }) }) };

  return (address, sent, timeoutMs) => {
    const unsafe = complaintAbout(address);
    if (unsafe) return Promise.reject(new NoAnswer(`${address}: ${unsafe}`, false));
    const { protocol, hostname, port } = new URL(address);
    const { send, agent } = protocol === 'https:' ? secure : plain;
    const text = sent.body === undefined ? '' : JSON.stringify(sent.body);
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const outgoing = send({
        agent,
        // Brackets belong to an address in a URL only.
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: sent.method,
        // Not a URL, which would resolve `.` and `..`.
        path: `/v1/${encodePath(sent.path)}${sent.query ? `?${sent.query}` : ''}`,
        headers: { ...sent.headers, 'Content-Length': Buffer.byteLength(text) },
      });
      const fail = (why: string) => {
        clearTimeout(deadline);
        reject(new NoAnswer(`${address}: ${why}`, isConnected));
        outgoing.destroy();
      };
      const deadline = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      outgoing.on('socket', (socket) => {
        if (outgoing.reusedSocket) isConnected = true;
        else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => (isConnected = true));
      });
      outgoing.on('error', (error) => fail(error.message));
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > MAX_CLUSTER_ANSWER_BYTES)
            fail(`the answer has more than ${MAX_CLUSTER_ANSWER_BYTES} bytes`);
        });
        incoming.on('error', (error) => fail(error.message));
        incoming.on('end', () => {
          clearTimeout(deadline);
          const { statusCode: status = 0, headers } = incoming;
          const body = readJson(Buffer.concat(chunks).toString('utf8'));
          resolve({ status, headers, body });
        });
      });
      outgoing.end(text);
    });
  };
}

/** Each segment on its own: a mount may have `%`, `+`, `?` and spaces in its path. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
