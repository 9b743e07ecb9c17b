/** Serves the JSON wire protocol of AWS services. The local AWS services use it. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientSettings } from './clientSettings.ts';
import { type LocalServer, startLocalServer } from './localServer.ts';
import { isSigned, type Signable } from './signature.ts';

/** An error of an AWS API. `name` is the class that the SDK throws. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** Who may call an API. */
type Credentials = ClientSettings['credentials'];

export interface JsonApi {
  /** Such as `1.0`. */
  version: string;
  /** Requests must be signed with them. */
  credentials: Credentials;
  /** 0, the default, for any free port. */
  port?: number | undefined;
  /**
   * Answers one call.
   * @param target service and operation, such as `AWSStepFunctions.StartExecution`
   * @throws AwsError
   */
  act(target: string, request: object): unknown;
  /** Answers `GET <endpoint><path>`, which AWS does not have, for tests and operators. */
  inspect?(path: string): unknown;
}

/** @throws StartError if the port is taken */
export function startJsonApi({
  version,
  credentials,
  port,
  act,
  inspect = unknownPath,
}: JsonApi): Promise<LocalServer> {
  return startJsonServer({
    contentType: `application/x-amz-json-${version}`,
    credentials,
    port,
    answer: async ({ method, url, headers, body }) => {
      if (method === 'GET') return inspect(url);
      return act(String(headers['x-amz-target']), JSON.parse(body || '{}'));
    },
  });
}

/** A request that was signed, read to its end. */
export type JsonRequest = Signable;

/** Bytes of a request: AWS takes at most 256 KB of data in one of the calls that are served here. */
const MAX_BYTES = 1024 * 1024;

export interface JsonServer extends Pick<JsonApi, 'credentials' | 'port'> {
  contentType: string;
  answer(request: JsonRequest): Promise<unknown>;
}

/**
 * Serves the result of `answer` as JSON, on this machine, to those who sign their requests.
 * @throws StartError if the port is taken
 */
export function startJsonServer({
  contentType,
  credentials,
  port,
  answer,
}: JsonServer): Promise<LocalServer> {
  const serve = async (incoming: IncomingMessage) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await bodyOf(incoming) };
    if (!(await isSigned(request, credentials, Date.now())))
      throw new AwsError('InvalidSignatureException', UNSIGNED, 403);
    return answer(request);
  };
  return startLocalServer((request, response) => void respond(contentType, serve(request), response), port);
}

const UNSIGNED =
  'The request is not signed with the credentials of this service, which it prints at its start, or was signed long ago.';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BYTES)
      throw new AwsError('RequestEntityTooLargeException', 'The request is too large.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
