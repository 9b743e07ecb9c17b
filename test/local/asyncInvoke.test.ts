import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createAsyncInvoke } from '../../infra/local/asyncInvoke.ts';

describe('an asynchronous invocation', () => {
  let invoked: unknown[];
  let failures: number;
  let sent: [string, string][];
  const later = (retries: number, onFailure?: string) =>
    createAsyncInvoke(
      async (functionName, event) => {
        invoked.push([functionName, event]);
        if (failures-- > 0) throw Object.assign(new Error('not now'), { name: 'Busy' });
      },
      { worker: { retries, onFailure } },
      (queue, body) => void sent.push([queue, body]),
      [0.01, 0.02],
    );
  beforeEach(() => {
    invoked = [];
    sent = [];
    failures = 0;
  });

  it('runs once when it succeeds', async () => {
    later(2, 'dead').invoke('worker', { a: 1 });

    await vi.waitFor(() => expect(invoked).toEqual([['worker', { a: 1 }]]));
    expect(sent).toEqual([]);
  });

  it('is retried with the same event, and goes to the queue with its reason when all retries fail', async () => {
    failures = 3;

    later(2, 'dead').invoke('worker', { a: 1 });

    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(invoked).toEqual(Array(3).fill(['worker', { a: 1 }]));
    expect(sent[0]?.[0]).toBe('dead');
    expect(JSON.parse(sent[0]?.[1] ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { a: 1 },
      responsePayload: { errorType: 'Busy', errorMessage: 'not now' },
    });
  });

  it('does not go to the queue when a retry succeeds', async () => {
    failures = 1;

    later(1, 'dead').invoke('worker', {});

    await vi.waitFor(() => expect(invoked).toHaveLength(2));
    expect(sent).toEqual([]);
  });

  it('is not retried after the stop', async () => {
    failures = 9;
    const { invoke, stop } = later(2, 'dead');

    invoke('worker', {});
    stop();

    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(invoked).toHaveLength(1);
    expect(sent).toEqual([]);
  });
});
