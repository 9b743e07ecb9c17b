/** A proxy with DynamoDB's protocol that puts the lag between clients and a DynamoDB. */

import { once } from 'node:events';
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { startLocalServer } from '../../../infra/local/localServer.ts';
import { type Answer, createLag, type Odds } from './lag.ts';
import { type Body, type Operation, operationOf } from './wire.ts';

export interface LagProxy {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  endpoint: string;
  stop(): Promise<void>;
}

/** Serves on a free port of this machine. */
export async function startLagProxy(dynamodbEndpoint: string, seed: number, odds?: Odds): Promise<LagProxy> {
  const agent = new Agent({ keepAlive: true });
  let headers: IncomingHttpHeaders = {};
  const forward = (operation: Operation, body: Body) =>
    send(
      dynamodbEndpoint,
      agent,
      { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      JSON.stringify(body),
    );
  const lag = createLag(forward, seed, odds);

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await text(incoming);
    // All requests have the same credentials and region, so the lag uses the headers of any for its own requests.
    headers = headersOf(incoming);
    const operation = operationOf(incoming.headers['x-amz-target']);
    const answer = operation
      ? await lag(operation, JSON.parse(body))
      : await send(dynamodbEndpoint, agent, headers, body);
    if (answer.isLost) outgoing.destroy();
    else
      outgoing
        .writeHead(answer.status, { 'Content-Type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify(answer.body));
  }

  const { endpoint, stop } = await startLocalServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  return {
    endpoint,
    async stop() {
      stop();
      agent.destroy();
    },
  };
}

function headersOf({ headers }: IncomingMessage): IncomingHttpHeaders {
  const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...rest } = headers;
  return rest;
}

async function send(
  endpoint: string,
  agent: Agent,
  headers: IncomingHttpHeaders,
  body: string,
): Promise<Answer> {
  const outgoing = request(endpoint, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent,
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 502, body: JSON.parse((await text(response)) || '{}') };
}
