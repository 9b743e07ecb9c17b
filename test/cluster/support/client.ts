/** Asks a real server as a client of it would. */

import { exchange } from '../../support/exchange.ts';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
  body: any;
}

export interface Client {
  address: string;
  /** @returns the answer; its status is 0 if the server is not there or drops the connection */
  request(method: string, path: string, body?: unknown, namespace?: string): Promise<Answer>;
  /**
   * The same for a request that has to succeed.
   * @throws Error with the answer if it does not
   */
  must(method: string, path: string, body?: unknown, namespace?: string): Promise<Answer>;
  /** Asks the same server with another token, or with none if it is `null`. */
  as(token: string | null): Client;
}

export function clientOf(address: string, token: string | null): Client {
  const client: Client = {
    address,
    async request(method, path, body, namespace = '') {
      const { status, text, json } = await exchange({ address, token: '' }, namespace, {
        method,
        path,
        body,
        token,
      });
      return { status, body: json ?? (text || undefined) };
    },
    async must(method, path, body, namespace) {
      const answer = await client.request(method, path, body, namespace);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    as: (other) => clientOf(address, other),
  };
  return client;
}
