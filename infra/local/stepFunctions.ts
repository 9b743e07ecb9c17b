/** A local Step Functions: its wire protocol (AWS JSON 1.0) for executions that run in this process. */

import type { ClientSettings } from './clientSettings.ts';
import { createExecutions, type Execution, type Executions } from './executions.ts';
import { AwsError, startJsonApi } from './jsonApi.ts';
import { type InvokeTask, loadStateMachine } from './stateMachine.ts';

export interface StepFunctions {
  /** Value of `AWS_ENDPOINT_URL_SFN`. `GET <endpoint>/executions/<name>` returns the number of state transitions. */
  endpoint: string;
  stop(): Promise<void>;
}

export interface StepFunctionsOptions {
  /** Who may start and read executions. */
  credentials: ClientSettings['credentials'];
  /** ASL texts by state machine name. */
  machines: Record<string, string>;
  invokeTask: InvokeTask;
  onEnd?: (execution: Execution) => void;
}

/**
 * Serves on a free port of this machine.
 * @throws Error if a Task names anything but a function
 */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const { credentials, machines, invokeTask, onEnd } = options;
  const loaded = Object.entries(machines).map(
    ([name, asl]) => [name, loadStateMachine(asl, invokeTask)] as const,
  );
  const executions = createExecutions(Object.fromEntries(loaded), onEnd);
  const { endpoint, stop } = await startJsonApi({
    version: '1.0',
    credentials,
    act: (target, request) => act(executions, target, request),
    inspect: (path) => statistics(executions, path),
  });
  return {
    endpoint,
    stop: async () => {
      executions.stop();
      stop();
    },
  };
}

interface ApiRequest {
  stateMachineArn?: string;
  executionArn?: string;
  name?: string;
  input?: string;
  statusFilter?: string;
  maxResults?: number;
  nextToken?: string;
}

function act(executions: Executions, target: string, request: ApiRequest): unknown {
  switch (target) {
    case 'AWSStepFunctions.StartExecution': {
      const { executionArn, startDate } = executions.start(request);
      return { executionArn, startDate: seconds(startDate) };
    }
    case 'AWSStepFunctions.DescribeExecution': {
      const execution = executions.describe(request.executionArn);
      return { ...summaryOf(execution), input: execution.input, ...resultOf(execution) };
    }
    case 'AWSStepFunctions.ListExecutions':
      return listPage(executions, request);
    default:
      throw new AwsError('UnknownOperationException', `The local service does not know ${target}`);
  }
}

function listPage(executions: Executions, request: ApiRequest): unknown {
  const { stateMachineArn, statusFilter, maxResults = 100, nextToken = '0' } = request;
  const all = executions.list(stateMachineArn).map(summaryOf);
  const matching = all.filter(({ status }) => statusFilter === undefined || status === statusFilter);
  const end = Number(nextToken) + maxResults;
  const page = { executions: matching.slice(Number(nextToken), end) };
  return end < matching.length ? { ...page, nextToken: String(end) } : page;
}

function statistics(executions: Executions, url: string): unknown {
  const name = decodeURIComponent(/^\/executions\/([^/?]+)$/.exec(url)?.[1] ?? '');
  const execution = executions.findByName(name);
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${name}'`);
  return { ...summaryOf(execution), transitions: execution.transitions() };
}

function summaryOf({ executionArn, stateMachineArn, name, startDate, stopDate, outcome }: Execution) {
  const status = outcome?.status ?? 'RUNNING';
  const times = { startDate: seconds(startDate), ...(stopDate && { stopDate: seconds(stopDate) }) };
  return { executionArn, stateMachineArn, name, status, ...times };
}

function resultOf({ outcome }: Execution): { output?: string; error?: string; cause?: string } {
  if (!outcome) return {};
  if (outcome.status === 'SUCCEEDED') return { output: JSON.stringify(outcome.output) };
  return { error: outcome.error, cause: outcome.cause };
}

function seconds(date: Date): number {
  return date.getTime() / 1_000;
}
