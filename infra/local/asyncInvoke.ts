/** Asynchronous invocations, as in Lambda: the caller does not wait; a failed event is retried, then sent to a queue. */

import { randomUUID } from 'node:crypto';
import type { Lambda } from './lambda.ts';

/** The settings for a function's asynchronous invocations in `infra/functions.yml`. */
export interface AsyncSettings {
  retries: number;
  /** The queue for events that failed in all retries. */
  onFailure?: string | undefined;
}

export interface AsyncInvoke {
  invoke(functionName: string, event: unknown): void;
  /** Events that wait for a retry are lost. */
  stop(): void;
}

/** One minute, then two: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const PAUSES_S = [60, 120];

/**
 * @param send sends a message to a queue
 * @param pausesSeconds seconds before the first and the second retry
 */
export function createAsyncInvoke(
  invoke: Lambda['invoke'],
  settings: Record<string, AsyncSettings>,
  send: (queue: string, body: string) => void,
  pausesSeconds: readonly number[] = PAUSES_S,
): AsyncInvoke {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  async function attempt(
    functionName: string,
    event: unknown,
    requestId: string,
    count: number,
  ): Promise<void> {
    try {
      await invoke(functionName, event);
    } catch (error) {
      if (stopped) return;
      const { retries = 2, onFailure } = settings[functionName] ?? {};
      if (count <= retries) return later(functionName, event, requestId, count);
      if (onFailure) send(onFailure, failure(functionName, event, requestId, count, error as Error));
    }
  }

  function later(functionName: string, event: unknown, requestId: string, count: number): void {
    const pause = pausesSeconds[count - 1] ?? pausesSeconds.at(-1) ?? 0;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(functionName, event, requestId, count + 1);
    }, pause * 1_000);
    timers.add(timer);
  }

  return {
    invoke: (functionName, event) => void attempt(functionName, event, randomUUID(), 1),
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failure(
  functionName: string,
  event: unknown,
  requestId: string,
  count: number,
  error: Error,
): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: count,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: error.name, errorMessage: error.message },
  });
}
