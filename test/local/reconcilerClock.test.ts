import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Execution } from '../../infra/local/executions.ts';
import { type ReconcilerClock, startReconcilerClock } from '../../infra/local/reconcilerClock.ts';

describe('the clock of the reconciler', () => {
  const wakes: [string, unknown][] = [];
  let clock: ReconcilerClock;
  beforeEach(() => {
    vi.useFakeTimers();
    wakes.length = 0;
    clock = startReconcilerClock((functionName, event) => void wakes.push([functionName, event]), 60);
  });
  afterEach(() => {
    clock.stop();
    vi.useRealTimers();
  });

  const ended = (status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'): Execution => ({
    executionArn: 'arn:aws:states:us-east-1:000000000000:execution:remount:m-1',
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:remount',
    name: 'm-1',
    input: '{}',
    startDate: new Date(1_000),
    stopDate: new Date(2_000),
    outcome: status === 'SUCCEEDED' ? { status, output: null } : { status, error: 'E', cause: '' },
    transitions: () => 1,
  });

  it('invokes the reconciler every minute', async () => {
    await vi.advanceTimersByTimeAsync(179_000);

    expect(wakes).toHaveLength(2);
    expect(wakes[1]).toEqual(['reconcile', expect.objectContaining({ 'detail-type': 'Scheduled Event' })]);
  });

  it('invokes it at once when an execution failed or timed out, and not when it succeeded', () => {
    for (const status of ['SUCCEEDED', 'FAILED', 'TIMED_OUT'] as const) clock.onExecutionEnd(ended(status));

    expect(wakes).toMatchObject([
      ['reconcile', { source: 'aws.states', detail: { name: 'm-1', status: 'FAILED', startDate: 1_000 } }],
      ['reconcile', { source: 'aws.states', detail: { name: 'm-1', status: 'TIMED_OUT', stopDate: 2_000 } }],
    ]);
  });

  it('stops', async () => {
    clock.stop();

    await vi.advanceTimersByTimeAsync(600_000);

    expect(wakes).toEqual([]);
  });
});
