/**
 * Runs one state machine from its ASL text. Only this file knows the interpreter. It runs a distributed Map inline: the
 * same iterations, but within the execution instead of in child executions.
 */

import {
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Runs a Task: calls the function of that name. Rejects with an error whose name is the error type. */
export type InvokeTask = (functionName: string, input: unknown) => Promise<unknown>;

export type Outcome =
  | { status: 'SUCCEEDED'; output: Json }
  | { status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; error: string; cause: string };

export interface Run {
  outcome: Promise<Outcome>;
  /** States entered so far, retries included. AWS bills Standard workflows by this number. */
  transitions(): number;
  abort(): void;
}

export type StartRun = (input: Json, context: Record<string, Json>) => Run;

/** Bytes of a state's input or result: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MAX_DATA_BYTES = 256 * 1024;

/** For a Task without a timeout. AWS's default is about three years, the interpreter's is one minute. */
const TASK_TIMEOUT_SECONDS = 24 * 60 * 60;

/**
 * Loads an ASL text. The Resource of each Task must be `${<Name>FunctionArn}`; it is bound to the function `<name>`.
 * @param validate whether to check that the text is valid ASL, which takes a quarter of a second
 * @throws Error if a Task has another Resource, or the text is not valid
 */
export function loadStateMachine(asl: string, invokeTask: InvokeTask, validate = false): StartRun {
  const definition = JSON.parse(asl.replaceAll(/\$\{(\w+)\}/g, arnOfPlaceholder)) as StateMachineDefinition;
  const handlers: Record<string, (input: unknown) => Promise<Json>> = {};
  for (const [stateName, task] of tasksOf(definition)) {
    if (stateName in handlers) throw new Error(`two tasks are called ${stateName}`);
    const functionName = functionOfArn(task.Resource);
    handlers[stateName] = (input) => runTask(invokeTask, functionName, input);
    if (task.TimeoutSecondsPath === undefined) task.TimeoutSeconds ??= TASK_TIMEOUT_SECONDS;
  }
  const machine = new StateMachine(definition, { validationOptions: { noValidate: !validate } });
  const overrides = { taskResourceLocalHandlers: handlers as never };
  return (input, context) => {
    const { result, eventLogs, abort } = machine.run(input, { overrides, context });
    const count = countTransitions(eventLogs);
    return { outcome: result.then(succeeded, failed), transitions: () => count.transitions, abort };
  };
}

function arnOfPlaceholder(_: string, placeholder: string): string {
  const [, name] = /^(\w+)FunctionArn$/.exec(placeholder) ?? [];
  if (name === undefined) throw new Error(`no value for \${${placeholder}}`);
  const functionName = name.charAt(0).toLowerCase() + name.slice(1);
  return `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
}

function functionOfArn(resource: string): string {
  const [, functionName] = /^arn:aws:lambda:[^:]*:\d+:function:([^:]+)$/.exec(resource) ?? [];
  if (functionName === undefined)
    throw new Error(`a task must name a function as its Resource, not ${resource}`);
  return functionName;
}

interface State {
  Type: string;
  Resource: string;
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
  ItemProcessor?: Machine;
  Iterator?: Machine;
  Branches?: Machine[];
}

interface Machine {
  States: Record<string, State>;
}

/** All tasks with their names, including those in a Map and in the branches of a Parallel. */
function tasksOf(machine: unknown): [string, State][] {
  return Object.entries((machine as Machine).States).flatMap(([name, state]) => {
    const inner = [state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])];
    const own: [string, State][] = state.Type === 'Task' ? [[name, state]] : [];
    return [...own, ...inner.flatMap((machine) => (machine ? tasksOf(machine) : []))];
  });
}

async function runTask(invokeTask: InvokeTask, functionName: string, input: unknown): Promise<Json> {
  try {
    const result = (await invokeTask(functionName, input)) as Json;
    if (Buffer.byteLength(JSON.stringify(result)) > MAX_DATA_BYTES) throw dataLimitExceeded(functionName);
    return result;
  } catch (error) {
    throw taskError(error as Error);
  }
}

/** The cause of a failed Task is the function's own answer, as JSON. */
function taskError(error: Error): Error {
  const { name, message } = error;
  if (name === 'States.DataLimitExceeded') return error;
  return Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message, trace: [] })), {
    name,
  });
}

function dataLimitExceeded(functionName: string): Error {
  const message = `The function ${functionName} returned a result of more than ${MAX_DATA_BYTES} bytes.`;
  const name = 'States.DataLimitExceeded';
  return Object.assign(new Error(message), { name, isRetryable: false, isCatchable: false });
}

function countTransitions(events: AsyncGenerator<{ type: string }>): { transitions: number } {
  const count = { transitions: 0 };
  void (async () => {
    for await (const { type } of events) {
      if (type === 'StateEntered' || type === 'StateRetried') count.transitions++;
    }
  })();
  return count;
}

function succeeded(output: Json): Outcome {
  return { status: 'SUCCEEDED', output };
}

function failed(error: unknown): Outcome {
  if (error instanceof ExecutionTimeoutError)
    return { status: 'TIMED_OUT', error: 'States.Timeout', cause: '' };
  if (!(error instanceof ExecutionError)) return { status: 'ABORTED', error: '', cause: '' };
  const { name, message } = error.cause as Error;
  return { status: 'FAILED', error: name, cause: message };
}
