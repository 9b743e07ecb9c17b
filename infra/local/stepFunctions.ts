/** Stands in for the Step Functions service: its wire protocol (AWS JSON 1.0) over the state machines of this folder. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createExecutions, type Execution, type Executions, StepFunctionsError } from './executions.ts';
import { type InvokeTask, loadStateMachine } from './stateMachine.ts';

export interface StepFunctions {
  /** For `AWS_ENDPOINT_URL_SFN`. `GET <endpoint>/executions/<name>` tells how many transitions it has taken. */
  endpoint: string;
  stop(): Promise<void>;
}

export interface StepFunctionsOptions {
  /** ASL texts by state machine name. */
  machines: Record<string, string>;
  invokeTask: InvokeTask;
  onEnd?: (execution: Execution) => void;
}

/** Serves on a free port of this machine. Throws if an ASL text is not valid. */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const { machines, invokeTask, onEnd } = options;
  const loaded = Object.entries(machines).map(
    ([name, asl]) => [name, loadStateMachine(asl, invokeTask)] as const,
  );
  const executions = createExecutions(Object.fromEntries(loaded), onEnd);
  const server = createServer((request, response) => void serve(executions, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      executions.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(
  executions: Executions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, body: unknown) => {
    const headers = { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-RequestId': randomUUID() };
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
  try {
    if (request.method === 'GET') return reply(200, statistics(executions, request.url ?? ''));
    const body = await text(request);
    reply(200, act(executions, String(request.headers['x-amz-target']), JSON.parse(body || '{}')));
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof StepFunctionsError) reply(400, { __type: name, message });
    else reply(500, { __type: 'InternalFailure', message });
  }
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
      throw new StepFunctionsError('UnknownOperationException', `The local service does not know ${target}`);
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
  if (!execution)
    throw new StepFunctionsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${name}'`);
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
