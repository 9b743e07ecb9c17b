/** One Lambda environment, seen from inside: runs in a worker thread and calls the handler of one bundle. */

import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';

export interface EnvironmentData {
  functionName: string;
  bundle: string;
  memoryMB: number;
}

export interface InvocationRequest {
  requestId: string;
  /** JSON, as on the wire to Lambda. */
  payload: string;
  /** Milliseconds since the epoch. */
  deadline: number;
}

export interface InvocationAnswer {
  requestId: string;
  payload?: string;
  error?: { errorType: string; errorMessage: string };
}

/** To the thread that started this one. */
export interface RuntimeMessage {
  /** What the function has printed since the last message. */
  printed: string;
  answer?: InvocationAnswer;
}

type Handler = (event: unknown, context: Partial<Context>) => Promise<unknown>;

let printed = '';

/** A line goes with the next answer, or at the end of this turn: a message for each would wake the other thread each time. */
for (const stream of [process.stdout, process.stderr]) stream.write = print;
process.once('exit', sendPrinted);

const data = workerData as EnvironmentData;
const loading: Promise<Handler> = import(pathToFileURL(data.bundle).href).then(({ handler }) => handler);
loading.catch(() => {}); // Every invocation awaits it and reports the failure.

parentPort?.on('message', async (request: InvocationRequest) => {
  send(await answer(request));
});

function send(answer?: InvocationAnswer): void {
  const message: RuntimeMessage = { printed, ...(answer && { answer }) };
  printed = '';
  parentPort?.postMessage(message);
}

function sendPrinted(): void {
  if (printed !== '') send();
}

function print(chunk: Uint8Array | string, ...rest: unknown[]): boolean {
  if (printed === '') setImmediate(sendPrinted);
  printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
  const done = rest.at(-1);
  if (typeof done === 'function') process.nextTick(done);
  return true;
}

async function answer(request: InvocationRequest): Promise<InvocationAnswer> {
  const { requestId } = request;
  try {
    const handler = await loading;
    const result = await handler(JSON.parse(request.payload), contextOf(request));
    return { requestId, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    // Only the stack: other properties of an error may contain secrets.
    console.error(`${requestId}\tInvoke Error\t${error instanceof Error ? error.stack : typeof error}`);
    return { requestId, error: describe(error) };
  }
}

function contextOf({ requestId, deadline }: InvocationRequest): Partial<Context> {
  const { functionName, memoryMB } = data;
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryMB),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** Type and message of an error, as in Lambda's own Node.js runtime. */
function describe(error: unknown): { errorType: string; errorMessage: string } {
  return types.isNativeError(error)
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}
