import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  InvalidName,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Execution, stateMachineArn } from '../../infra/local/executions.ts';
import { signedHeaders } from '../../infra/local/signature.ts';
import { loadStateMachine } from '../../infra/local/stateMachine.ts';
import { type StepFunctions, startStepFunctions } from '../../infra/local/stepFunctions.ts';
import { CREDENTIALS } from './support.ts';

const PLACEHOLDER = '$' + '{ProbeFunctionArn}';
const probe = { Type: 'Task', Resource: PLACEHOLDER };
const retry = [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 1 }];
const caught = { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Caught' };
const machine = (StartAt: string, States: object) => JSON.stringify({ StartAt, States });

const MACHINES = {
  once: machine('Only', { Only: { ...probe, End: true } }),
  flaky: machine('Retried', { Retried: { ...probe, Retry: retry, End: true } }),
  catching: machine('Tried', {
    Tried: { ...probe, Catch: [caught], End: true },
    Caught: { Type: 'Pass', End: true },
  }),
  mapping: machine('Each', {
    Each: {
      Type: 'Map',
      ItemsPath: '$.shards',
      MaxConcurrency: 4,
      ItemSelector: { 'shard.$': '$$.Map.Item.Value', 'id.$': '$.id' },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'OfShard',
        States: { OfShard: { ...probe, Next: 'Done' }, Done: { Type: 'Pass', End: true } },
      },
      End: true,
    },
  }),
  waiting: machine('Wait', {
    Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Then' },
    Then: { ...probe, End: true },
  }),
  looping: machine('Step', {
    Step: { ...probe, Next: 'More' },
    More: {
      Type: 'Choice',
      Choices: [{ Variable: '$.left', NumericGreaterThan: 0, Next: 'Step' }],
      Default: 'End',
    },
    End: { Type: 'Succeed' },
  }),
  telling: machine('Tell', { Tell: { ...probe, Parameters: { 'context.$': '$$' }, End: true } }),
  failing: machine('Give up', { 'Give up': { Type: 'Fail', Error: 'GaveUp', Cause: 'on purpose' } }),
};

interface ProbeInput {
  do?: 'fail' | 'failTwice' | 'hold' | 'bulk' | 'countDown';
  id?: string;
  left?: number;
}

describe('the local Step Functions', () => {
  const calls = new Map<string, number>();
  const ended: Execution[] = [];
  let release = () => {};
  let stepFunctions: StepFunctions;
  let client: SFNClient;

  async function runProbe(functionName: string, input: ProbeInput): Promise<unknown> {
    const call = (calls.get(input.id ?? '') ?? 0) + 1;
    calls.set(input.id ?? '', call);
    switch (input.do) {
      case 'fail':
        throw Object.assign(new Error('on purpose'), { name: 'ProbeFailed' });
      case 'failTwice':
        if (call <= 2) throw Object.assign(new Error('not yet'), { name: 'Flaky' });
        return { call };
      case 'hold':
        return new Promise((resolve) => {
          release = () => resolve({ held: true });
        });
      case 'bulk':
        return 'x'.repeat(300 * 1024);
      case 'countDown':
        return { ...input, left: (input.left ?? 0) - 1 };
      default:
        return { functionName, input };
    }
  }

  beforeAll(async () => {
    stepFunctions = await startStepFunctions({
      credentials: CREDENTIALS,
      machines: MACHINES,
      invokeTask: (name, input) => runProbe(name, input as ProbeInput),
      onEnd: (execution) => ended.push(execution),
    });
    client = new SFNClient({
      region: 'us-east-1',
      endpoint: stepFunctions.endpoint,
      credentials: CREDENTIALS,
    });
  });
  afterAll(async () => {
    client.destroy();
    await stepFunctions.stop();
  });

  const start = (machineName: string, name: string, input: object) =>
    client.send(
      new StartExecutionCommand({
        stateMachineArn: stateMachineArn(machineName),
        name,
        input: JSON.stringify(input),
      }),
    );
  const describeOnce = (executionArn: string | undefined) =>
    client.send(new DescribeExecutionCommand({ executionArn }));
  const finish = async (machineName: string, name: string, input: object) => {
    const { executionArn } = await start(machineName, name, input);
    await expect
      .poll(async () => (await describeOnce(executionArn)).status, { timeout: 10_000 })
      .not.toBe('RUNNING');
    return describeOnce(executionArn);
  };
  const transitionsOf = async (name: string) => {
    const url = new URL(`${stepFunctions.endpoint}/executions/${name}`);
    const settings = { region: 'us-east-1', credentials: CREDENTIALS };
    const answer = await fetch(url, { headers: await signedHeaders(url, 'states', settings) });
    return ((await answer.json()) as { transitions: number }).transitions;
  };

  it('runs an execution to its output', async () => {
    const execution = await finish('once', 'plain', { id: 'plain' });

    expect(execution).toMatchObject({ name: 'plain', status: 'SUCCEEDED', input: '{"id":"plain"}' });
    expect(JSON.parse(execution.output ?? '')).toEqual({ functionName: 'probe', input: { id: 'plain' } });
    expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(execution.startDate?.getTime() ?? Infinity);
  });

  it('answers a repeated start with the same execution while it runs', async () => {
    const first = await start('once', 'twice', { do: 'hold' });

    const second = await start('once', 'twice', { do: 'hold' });

    expect(second.executionArn).toBe(first.executionArn);
    expect(second.startDate).toEqual(first.startDate);
    release();
  });

  it('refuses a name that runs with another input, or ran', async () => {
    await start('once', 'taken', { do: 'hold' });

    await expect(start('once', 'taken', { do: 'hold', id: 'other' })).rejects.toThrow(ExecutionAlreadyExists);

    release();
    await expect.poll(() => ended.map(({ name }) => name)).toContain('taken');
    await expect(start('once', 'taken', { do: 'hold' })).rejects.toThrow(ExecutionAlreadyExists);
  });

  it('refuses unknown machines, bad names, bad inputs and unknown executions with the errors of the API', async () => {
    const stranger = `arn:aws:states:us-east-1:000000000000:execution:once:stranger`;

    await expect(start('nowhere', 'a', {})).rejects.toThrow(StateMachineDoesNotExist);
    await expect(start('once', 'a b', {})).rejects.toThrow(InvalidName);
    await expect(start('once', 'x'.repeat(81), {})).rejects.toThrow(InvalidName);
    await expect(start('once', 'big', { text: 'x'.repeat(300_000) })).rejects.toThrow(InvalidExecutionInput);
    await expect(describeOnce(stranger)).rejects.toThrow(ExecutionDoesNotExist);
  });

  it('retries a task and counts each try as a transition', async () => {
    const execution = await finish('flaky', 'flaky', { do: 'failTwice', id: 'flaky' });

    expect(JSON.parse(execution.output ?? '')).toEqual({ call: 3 });
    expect(await transitionsOf('flaky')).toBe(3);
  });

  it('passes error and cause of a failed task to a Catch and to DescribeExecution', async () => {
    const failed = await finish('once', 'failed', { do: 'fail' });
    const caughtOne = await finish('catching', 'caught', { do: 'fail' });

    expect(failed).toMatchObject({ status: 'FAILED', error: 'ProbeFailed' });
    expect(JSON.parse(failed.cause ?? '')).toMatchObject({
      errorType: 'ProbeFailed',
      errorMessage: 'on purpose',
    });
    expect(JSON.parse(caughtOne.output ?? '').error).toEqual({ Error: 'ProbeFailed', Cause: failed.cause });
    expect(ended.find(({ name }) => name === 'failed')?.outcome?.status).toBe('FAILED');
  });

  it('ends with the error of a Fail state', async () => {
    const execution = await finish('failing', 'gave-up', {});

    expect(execution).toMatchObject({ status: 'FAILED', error: 'GaveUp', cause: 'on purpose' });
  });

  it('fails an execution whose task returns more than 256 KiB, past any Catch', async () => {
    const execution = await finish('catching', 'bulk', { do: 'bulk' });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('binds the tasks inside a Map and counts their transitions', async () => {
    const shards = Array.from({ length: 16 }, (_, shard) => shard);

    const execution = await finish('mapping', 'mapped', { id: 'mapped', shards });

    const expected = shards.map((shard) => ({ functionName: 'probe', input: { shard, id: 'mapped' } }));
    expect(JSON.parse(execution.output ?? '')).toEqual(expected);
    expect(await transitionsOf('mapped')).toBe(1 + 16 * 2);
  });

  it('waits as many seconds as the input says, including 0', async () => {
    const began = Date.now();
    await finish('waiting', 'wait-none', { seconds: 0 });
    const afterNone = Date.now();
    await finish('waiting', 'wait-one', { seconds: 1 });

    const afterOne = Date.now();

    expect(afterNone - began).toBeLessThan(afterOne - afterNone);
    expect(afterOne - afterNone).toBeGreaterThanOrEqual(1_000);
  });

  it('follows a loop', async () => {
    const execution = await finish('looping', 'loop', { do: 'countDown', left: 20 });

    expect(JSON.parse(execution.output ?? '')).toMatchObject({ left: 0 });
    expect(await transitionsOf('loop')).toBe(20 * 2 + 1);
  });

  it('has the names of the execution in the context object', async () => {
    const execution = await finish('telling', 'context', {});

    const { context } = JSON.parse(execution.output ?? '').input;
    expect(context.Execution).toMatchObject({ Id: execution.executionArn, Name: 'context' });
    expect(context.StateMachine).toEqual({ Id: stateMachineArn('telling'), Name: 'telling' });
  });

  it('runs 500 executions at once, retries included', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `crowd-${i}`);

    await Promise.all(names.map((name) => start('flaky', name, { do: 'failTwice', id: name })));

    const outcomes = () =>
      ended.filter(({ name }) => name.startsWith('crowd-')).map(({ outcome }) => outcome?.status);
    await expect.poll(() => outcomes().length, { timeout: 10_000 }).toBe(500);
    expect(new Set(outcomes())).toEqual(new Set(['SUCCEEDED']));
    expect(names.map((name) => calls.get(name))).toEqual(names.map(() => 3));
  });

  it('lists the executions of a machine, the newest first, in pages and by status', async () => {
    const list = (settings: object) =>
      client.send(new ListExecutionsCommand({ stateMachineArn: stateMachineArn('flaky'), ...settings }));

    const first = await list({ maxResults: 300 });
    const second = await list({ maxResults: 300, nextToken: first.nextToken });
    const running = await list({ statusFilter: 'RUNNING' });

    expect(first.executions?.[0]?.name).toMatch(/^crowd-/);
    expect((first.executions?.length ?? 0) + (second.executions?.length ?? 0)).toBe(501);
    expect(second.nextToken).toBeUndefined();
    expect(running.executions).toEqual([]);
  });

  it('refuses a state machine whose tasks are not functions', async () => {
    const foreign = MACHINES.once.replace(PLACEHOLDER, 'arn:aws:states:::sqs:sendMessage');

    const starting = startStepFunctions({
      credentials: CREDENTIALS,
      machines: { foreign },
      invokeTask: async () => null,
    });

    await expect(starting).rejects.toThrow('must name a function');
  });
});

describe('the state machines of the deployment', () => {
  const folder = join(import.meta.dirname, '..', '..', 'statemachine');
  const files = readdirSync(folder).filter((file) => file.endsWith('.asl.json'));

  it.each(files)('are valid and can be run here: %s', (file) => {
    const asl = readFileSync(join(folder, file), 'utf8');

    expect(loadStateMachine(asl, async () => null, true)).toBeTypeOf('function');
    expect(() => loadStateMachine(asl.replace(/"StartAt": "/, '$&No '), async () => null, true)).toThrow(
      'invalid',
    );
  });
});
