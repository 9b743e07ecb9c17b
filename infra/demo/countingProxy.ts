/**
 * A proxy in front of DynamoDB that counts the calls by operation and changes nothing. It does not count reads of a
 * stream: Lambda makes them, and they cost nothing.
 */

import { type ForwardingProxy, startForwardingProxy } from './forwardingProxy.ts';

/** Calls by operation, such as `Query`. */
export type Calls = Record<string, number>;

export interface CountingProxy extends ForwardingProxy {
  /** The calls since the last `take()`. */
  take(): Calls;
}

/** Serves on a free port of this machine. */
export async function startCountingProxy(dynamodbEndpoint: string): Promise<CountingProxy> {
  let calls: Calls = {};
  const proxy = await startForwardingProxy(dynamodbEndpoint, ({ headers }) => {
    const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
    if (!service.startsWith('DynamoDBStreams')) calls[operation] = (calls[operation] ?? 0) + 1;
  });
  return {
    ...proxy,
    take() {
      const taken = calls;
      calls = {};
      return taken;
    },
  };
}

export function totalOf(calls: Calls): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
