/** Passes requests to `handle` in this process, as API Gateway would. */

import { randomUUID } from 'node:crypto';
import type { Api } from '../../functions/gateway/api.ts';
import { handle } from '../../functions/gateway/handle.ts';
import type { Deps } from '../../functions/ports/deps.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
  body: any;
  text: string;
}

export interface CallOptions {
  token?: string;
  body?: unknown;
  namespace?: string;
  query?: Record<string, string[]>;
  headers?: Record<string, string>;
  sourceIp?: string;
  prefix?: string;
}

export type Caller = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/**
 * @param api the API that the function under test serves
 * @param defaultToken is sent when a call names no token; an empty text sends none
 */
export function caller(deps: Deps, api: Api, defaultToken = ''): Caller {
  return async (method, path, options = {}) => {
    const {
      token = defaultToken,
      body,
      namespace,
      query = {},
      headers = {},
      sourceIp = '127.0.0.1',
      prefix = '',
    } = options;
    const response = await handle(
      {
        id: randomUUID(),
        method,
        rawPath: `/v1/${path}`,
        prefix,
        query,
        headers: {
          ...(token ? { 'x-vault-token': token } : {}),
          ...(namespace ? { 'x-vault-namespace': namespace } : {}),
          ...headers,
        },
        body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
        sourceIp,
      },
      api,
      deps,
    );
    const text = response.body;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: parsed(text),
    };
  };
}

/** @returns the text itself if it is not JSON, such as a report */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
