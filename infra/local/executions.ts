/** The executions of the state machines. A name starts once; ended executions stay in memory for a while. */

import { randomUUID } from 'node:crypto';
import { AwsError } from './jsonApi.ts';
import { type Json, MAX_DATA_BYTES, type Outcome, type Run, type StartRun } from './stateMachine.ts';

interface Started {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  input: string;
  startDate: Date;
}

export interface Execution extends Started {
  stopDate?: Date;
  outcome?: Outcome;
  /** Only while it runs; deleted at the end to free memory. */
  run?: Run;
  transitions: Run['transitions'];
}

export interface Executions {
  start(request: { stateMachineArn?: string; name?: string; input?: string }): Execution;
  describe(executionArn: string | undefined): Execution;
  /** The newest first. */
  list(stateMachineArn: string | undefined): Execution[];
  findByName(name: string): Execution | undefined;
  stop(): void;
}

/** How many ended executions are kept. AWS keeps them for 90 days. */
const CLOSED_KEPT = 5_000;

const REGION_AND_ACCOUNT = 'us-east-1:000000000000';

/** Value of `REMOUNT_STATE_MACHINE_ARN` and similar variables. */
export function stateMachineArn(machine: string): string {
  return `arn:aws:states:${REGION_AND_ACCOUNT}:stateMachine:${machine}`;
}

/**
 * @param machines by name
 * @param onEnd is called for every execution that ends by itself
 */
export function createExecutions(
  machines: Record<string, StartRun>,
  onEnd: (execution: Execution) => void = () => {},
): Executions {
  const executions = new Map<string, Execution>();
  const closed: string[] = [];
  let stopped = false;

  function begin(started: Started, startRun: StartRun, input: Json): Execution {
    const run = startRun(input, contextOf(started));
    const execution: Execution = { ...started, run, transitions: run.transitions };
    executions.set(execution.executionArn, execution);
    void run.outcome.then((outcome) => {
      execution.outcome = outcome;
      execution.stopDate = new Date();
      delete execution.run;
      closed.push(execution.executionArn);
      if (closed.length > CLOSED_KEPT) executions.delete(closed.shift() as string);
      if (!stopped) onEnd(execution);
    });
    return execution;
  }

  return {
    start({ stateMachineArn: arn = '', name = randomUUID(), input = '{}' }) {
      const machine = machineOf(arn);
      const startRun = machines[machine];
      if (!startRun) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      if (!isValidName(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
      const parsed = parseInput(input);
      const executionArn = `arn:aws:states:${REGION_AND_ACCOUNT}:execution:${machine}:${name}`;
      const existing = executions.get(executionArn);
      if (existing) {
        if (!existing.outcome && existing.input === input) return existing;
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      return begin(
        { executionArn, stateMachineArn: arn, name, input, startDate: new Date() },
        startRun,
        parsed,
      );
    },
    describe(executionArn = '') {
      const execution = executions.get(executionArn);
      if (execution) return execution;
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    },
    list(arn = '') {
      return [...executions.values()].filter((execution) => execution.stateMachineArn === arn).reverse();
    },
    findByName(name) {
      return [...executions.values()].find((execution) => execution.name === name);
    },
    stop() {
      stopped = true;
      for (const { run } of executions.values()) run?.abort();
    },
  };
}

function machineOf(arn: string): string {
  const [, machine] = /^arn:aws:states:[^:]*:\d+:stateMachine:([^:]+)$/.exec(arn) ?? [];
  if (machine === undefined) throw new AwsError('InvalidArn', `Invalid Arn: '${arn}'`);
  return machine;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
function isValidName(name: string): boolean {
  return name.length >= 1 && name.length <= 80 && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name);
}

function parseInput(input: string): Json {
  try {
    if (Buffer.byteLength(input) <= MAX_DATA_BYTES) return JSON.parse(input) as Json;
  } catch {
    // Thrown below.
  }
  throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input');
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextOf({ executionArn, name, startDate, stateMachineArn: arn }: Started): Record<string, Json> {
  return {
    Execution: {
      Id: executionArn,
      Name: name,
      RoleArn: 'arn:aws:iam::000000000000:role/local',
      StartTime: startDate.toISOString(),
    },
    StateMachine: { Id: arn, Name: machineOf(arn) },
  };
}
