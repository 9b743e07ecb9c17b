/** One Lambda environment: AWS's own runtime client for Node in a process, and the API that it takes invocations from. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  type Environment,
  FunctionError,
  type FunctionSettings,
  reservedVariables,
} from '../../../infra/local/lambdaEnvironment.ts';
import { startLocalServer } from '../../../infra/local/localServer.ts';
import { RUNTIME_CLIENT } from './emulation.ts';
import { ACCOUNT, REGION } from './stack.ts';

interface Invocation {
  requestId: string;
  payload: string;
  timer?: NodeJS.Timeout;
  resolve(payload: string): void;
  reject(error: FunctionError): void;
}

/**
 * Starts the process of a function. As on Lambda, it gets one invocation after the other, and is killed at a timeout.
 * @param settings `bundle` is the folder of the unpacked archive
 */
export function startRuntime(
  functionName: string,
  settings: FunctionSettings,
  onRetired: () => void,
  log: (text: string) => void,
): Environment {
  const waiting: Invocation[] = [];
  let running: Invocation | undefined;
  let free: ServerResponse | undefined;
  let failure = new FunctionError('Runtime.ExitError', 'Runtime exited');
  const { timeoutSeconds } = settings;

  /** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    if (url.endsWith('/invocation/next')) {
      free = response;
      return give();
    }
    const body = await text(request);
    response.writeHead(202).end();
    const isError = url.endsWith('/error');
    if (url.endsWith('/init/error')) failure = errorOf(body);
    else if (isError) take()?.reject(errorOf(body));
    else take()?.resolve(body);
  }

  function give(): void {
    if (!free || running || waiting.length === 0) return;
    running = waiting.shift() as Invocation;
    running.timer = setTimeout(() => {
      const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      failure = new FunctionError('Sandbox.Timedout', message);
      kill();
    }, timeoutSeconds * 1_000);
    free
      .writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': running.requestId,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + timeoutSeconds * 1_000),
        'Lambda-Runtime-Invoked-Function-Arn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
        'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0',
      })
      .end(running.payload);
    free = undefined;
  }

  function take(): Invocation | undefined {
    const taken = running;
    clearTimeout(taken?.timer);
    running = undefined;
    return taken;
  }

  let child: ChildProcess | undefined;
  const kill = () => child?.kill('SIGKILL');
  const server = startLocalServer((request, response) => void serve(request, response));
  const ended = server.then(async ({ endpoint, stop }) => {
    child = startProcess(functionName, settings, endpoint.replace('http://', ''));
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', log);
    await once(child, 'exit');
    onRetired();
    stop();
    const lost = [take(), ...waiting.splice(0)];
    for (const invocation of lost) invocation?.reject(failure);
  });

  return {
    invoke: (payload) =>
      new Promise((resolve, reject) => {
        waiting.push({ requestId: randomUUID(), payload, resolve, reject });
        give();
      }),
    async stop() {
      await server;
      kill();
      await ended;
    },
    ended,
  };
}

function startProcess(
  functionName: string,
  { bundle, memoryMB, environment }: FunctionSettings,
  api: string,
): ChildProcess {
  return spawn(process.execPath, [RUNTIME_CLIENT, environment._HANDLER ?? ''], {
    cwd: bundle,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...reservedVariables(functionName, memoryMB),
      LAMBDA_TASK_ROOT: bundle,
      AWS_LAMBDA_RUNTIME_API: api,
      ...environment,
    },
  });
}

function errorOf(body: string): FunctionError {
  const { errorType, errorMessage } = JSON.parse(body);
  return new FunctionError(errorType, errorMessage);
}
