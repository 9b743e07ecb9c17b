/** Serves the JSON wire protocol of AWS services. The local AWS services use it. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LocalServer, startLocalServer } from './localServer.ts';

/** An error of an AWS API. `name` is the class that the SDK throws. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export interface JsonApi {
  /** Such as `1.0`. */
  version: string;
  /**
   * Answers one call.
   * @param target service and operation, such as `AWSStepFunctions.StartExecution`
   * @throws AwsError
   */
  act(target: string, request: object): unknown;
  /** Answers `GET <endpoint><path>`, which AWS does not have, for tests and operators. */
  inspect?(path: string): unknown;
}

/** Serves on a free port of this machine. */
export function startJsonApi({ version, act, inspect = unknownPath }: JsonApi): Promise<LocalServer> {
  return startJsonServer(`application/x-amz-json-${version}`, async (request) => {
    if (request.method === 'GET') return inspect(request.url ?? '');
    const body = await text(request);
    return act(String(request.headers['x-amz-target']), JSON.parse(body || '{}'));
  });
}

/** Serves the result of `answer` as JSON, on a free port of this machine. */
export function startJsonServer(
  contentType: string,
  answer: (request: IncomingMessage) => Promise<unknown>,
): Promise<LocalServer> {
  return startLocalServer((request, response) => void respond(contentType, answer(request), response));
}

async function respond(
  contentType: string,
  answer: Promise<unknown>,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, body: unknown, more = {}) => {
    const headers = { 'Content-Type': contentType, 'x-amzn-RequestId': randomUUID(), ...more };
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
  try {
    reply(200, await answer);
  } catch (error) {
    const { name, message } = error as Error;
    const [status, type] = error instanceof AwsError ? [error.status, name] : [500, 'InternalFailure'];
    reply(status, { __type: type, message, Message: message }, { 'x-amzn-ErrorType': type });
  }
}

function unknownPath(path: string): never {
  throw new AwsError('UnknownOperationException', `The local service does not know ${path}`);
}
