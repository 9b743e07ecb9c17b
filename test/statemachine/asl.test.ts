/** Timeouts and retries of the deployed state machines, read from the files themselves. */

import { beforeAll, describe, expect, it } from 'vitest';
import { readFragment } from '../../infra/local/fragment.ts';
import { loadStateMachine } from '../../infra/local/stateMachine.ts';
import { aslOf } from '../support/machines.ts';

interface Task {
  Type: string;
  Resource: string;
  TimeoutSeconds: number;
  Retry: Record<string, unknown>[];
  ItemProcessor?: { States: Record<string, Task> };
}

let timeouts: Record<string, number>;

beforeAll(async () => {
  const functions = await readFragment<Record<string, { timeout: number }>>('functions');
  timeouts = Object.fromEntries(Object.entries(functions).map(([name, { timeout }]) => [name, timeout]));
});

const MACHINES = ['remount', 'cluster', 'bulk', 'teardown'];

async function tasksOf(machine: string): Promise<[state: string, Task][]> {
  const { States } = JSON.parse(await aslOf(machine)) as { States: Record<string, Task> };
  const collect = (states: Record<string, Task>): [string, Task][] =>
    Object.entries(states).flatMap(([name, state]) => [
      ...(state.Type === 'Task' ? [[name, state] as [string, Task]] : []),
      ...collect(state.ItemProcessor?.States ?? {}),
    ]);
  return collect(States);
}

function functionOf({ Resource }: Task): string {
  const name = Resource.replace(/^\$\{|FunctionArn\}$/g, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

describe.each(MACHINES)('the deployed machine %s', (machine) => {
  it('is valid ASL', async () => {
    const asl = await aslOf(machine);
    expect(() => loadStateMachine(asl, async () => null, true)).not.toThrow();
  });

  it('retries each task after any error, with backoff and full jitter', async () => {
    for (const [state, { Retry }] of await tasksOf(machine)) {
      expect(Retry.at(-1)?.ErrorEquals, state).toEqual(['States.ALL']);
      for (const retry of Retry)
        expect(retry, state).toMatchObject({ BackoffRate: 2, JitterStrategy: 'FULL' });
    }
  });

  it('times a task out only after its function has timed out', async () => {
    for (const [state, task] of await tasksOf(machine)) {
      expect(timeouts[functionOf(task)], state).toBeDefined();
      expect(task.TimeoutSeconds, state).toBeGreaterThan(timeouts[functionOf(task)] as number);
    }
  });
});

describe('the machine of a move', () => {
  it.each([
    ['Switch', 5],
    ['Revoke shard', 8],
    ['Complete', 5],
    ['Close', 8],
  ])('retries %s %i times, as its README says', async (state, retries) => {
    const tasks = new Map(await tasksOf('remount'));
    expect(tasks.get(state)?.Retry[0]?.MaxAttempts).toBe(retries);
  });
});

describe('the machine of a move on a cluster', () => {
  it('waits for a free instance as long as it takes, and retries other errors 8 times, as its README says', async () => {
    const [[, step]] = (await tasksOf('cluster')) as [[string, Task]];
    expect(step.Retry.map(({ ErrorEquals, MaxAttempts }) => [ErrorEquals, MaxAttempts])).toEqual([
      [['Lambda.TooManyRequestsException'], 1000],
      [['States.ALL'], 8],
    ]);
  });
});
