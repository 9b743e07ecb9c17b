/** One Lambda environment, seen from outside: a worker thread, its invocations, their timeouts, and its end. */

import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EnvironmentData, InvocationRequest, RuntimeMessage } from './lambdaRuntime.ts';

export interface FunctionSettings {
  /** Path of the bundle. */
  bundle: string;
  timeoutSeconds: number;
  memoryMB: number;
  environment: Record<string, string>;
}

/** The error of a function that failed, timed out or died. `name` is the error type, as in Step Functions. */
export class FunctionError extends Error {
  constructor(errorType: string, errorMessage: string) {
    super(errorMessage);
    this.name = errorType;
  }
}

export interface Environment {
  /**
   * Takes and returns JSON.
   * @throws FunctionError
   */
  invoke(payload: string): Promise<string>;
  stop(): Promise<void>;
  /** Resolves when the thread has ended, for any reason. */
  ended: Promise<void>;
}

interface Pending {
  resolve(payload: string): void;
  reject(error: FunctionError): void;
  timer: NodeJS.Timeout;
}

/**
 * Starts a worker thread that runs the function. Unlike on Lambda, one environment serves many invocations at the same
 * time. After a timeout Lambda kills the environment; this one takes no new invocations (`onRetired`) and ends with its
 * last one.
 */
export function startEnvironment(
  functionName: string,
  settings: FunctionSettings,
  onRetired: () => void,
  log: (text: string) => void,
): Environment {
  const worker = startWorker(functionName, settings, log);
  const pending = new Map<string, Pending>();
  let retired = false;

  const settle = (requestId: string): Pending | undefined => {
    const invocation = pending.get(requestId);
    clearTimeout(invocation?.timer);
    pending.delete(requestId);
    if (retired && pending.size === 0) void worker.terminate();
    return invocation;
  };
  const retire = () => {
    retired = true;
    onRetired();
  };

  const fail = (requestId: string, errorType: string, what: string) => {
    const message = `RequestId: ${requestId} Error: ${what}`;
    log(`${functionName}: ${message}\n`);
    settle(requestId)?.reject(new FunctionError(errorType, message));
  };

  worker.on('message', ({ printed, answer }: RuntimeMessage) => {
    if (printed !== '') log(printed);
    if (!answer) return;
    const { requestId, payload, error } = answer;
    if (error) settle(requestId)?.reject(new FunctionError(error.errorType, error.errorMessage));
    else settle(requestId)?.resolve(payload as string);
  });
  worker.on('error', (error) => log(`${functionName}: ${error.stack ?? error}\n`));
  const ended = new Promise<number>((resolve) => worker.once('exit', resolve)).then((code) => {
    retire();
    for (const requestId of pending.keys()) {
      fail(requestId, 'Runtime.ExitError', `Runtime exited with error: exit status ${code}`);
    }
  });

  const { timeoutSeconds } = settings;
  return {
    invoke(payload) {
      const requestId = randomUUID();
      const timeoutMs = timeoutSeconds * 1_000;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          retire();
          fail(requestId, 'Sandbox.Timedout', `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
        }, timeoutMs);
        pending.set(requestId, { resolve, reject, timer });
        const request: InvocationRequest = { requestId, payload, deadline: Date.now() + timeoutMs };
        worker.postMessage(request);
      });
    },
    stop: async () => {
      await worker.terminate();
    },
    ended,
  };
}

/** Beside this file: in TypeScript here, as a bundle in the tarball. */
const RUNTIME = `./lambdaRuntime${extname(import.meta.filename)}`;

function startWorker(functionName: string, settings: FunctionSettings, log: (text: string) => void): Worker {
  const { bundle, memoryMB, environment } = settings;
  const worker = new Worker(new URL(RUNTIME, import.meta.url), {
    name: functionName,
    workerData: { functionName, bundle, memoryMB } satisfies EnvironmentData,
    env: { ...reservedVariables(functionName, memoryMB), ...environment },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', log);
  return worker;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
export function reservedVariables(functionName: string, memoryMB: number): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    // Not on Lambda, where each function has its role. Here the user agent of a call shows which function made it.
    AWS_SDK_UA_APP_ID: functionName,
    // As on Lambda, there is no profile: the SDK must not read the configuration in the user's home.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    TZ: ':UTC',
  };
}
