/** A local API Gateway: HTTP in front of the API functions and the web page, with the same limits and errors. */

import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { disguisedConnection } from './connection.ts';
import { closeSlow } from './deadline.ts';
import { type Lambda, PayloadTooLarge } from './lambda.ts';
import { listen } from './listen.ts';
import { isForThisMachine, isOfAnotherOrigin } from './loopback.ts';
import { methodOf, pathOf, toEvent } from './restEvent.ts';
import { sendResult } from './restResult.ts';
import { routeOf } from './routes.ts';

export interface Gateway {
  url: string;
  /** Gives requests in flight a moment to end. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** 0 for any free port. */
  port: number;
  invoke: Lambda['invoke'];
  /** The stage, which clients write before every path; without it, as with a custom domain, they write none. */
  stage?: string;
  timeoutSeconds?: number;
  /** How long a client may take for the head of a request, for its body, and for the answer, in milliseconds. */
  patienceMs?: number;
  /** Connections that are open at the same time; further ones are closed. */
  maxConnections?: number;
  /** Receives a line for each function result that cannot be sent to the client. */
  log?: ((text: string) => void) | undefined;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const TIMEOUT_SECONDS = 29;

/** Twice the longest life of a request. A body of 10 MB takes as long at 200 KB a second. */
const PATIENCE_MS = 60_000;
/** Half of the files that most systems let a process open. */
const MAX_CONNECTIONS = 512;

const TOO_LARGE = 'http: request body too large';

const STOP_GRACE_MS = 500;

/**
 * Listens on the loopback address only. Refuses what a page of another origin may have sent. Closes connections of slow
 * clients.
 * @throws StartError if the port is taken
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const open = new Set<ServerResponse>();
  const http = createHttpServer(async (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    await handle(request, response, options);
  });
  http.on('clientError', refuseMalformed);
  const deadlines = closeSlow(http, options.patienceMs ?? PATIENCE_MS);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const connection = disguisedConnection(socket);
    deadlines.watch(connection);
    http.emit('connection', connection);
  });
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}${options.stage ? `/${options.stage}` : ''}`,
    stop: async () => {
      server.close();
      const answered = Promise.all(
        [...open].map((response) => new Promise((done) => response.once('close', done))),
      );
      await Promise.race([answered, delay(STOP_GRACE_MS, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { invoke, stage = '', timeoutSeconds = TIMEOUT_SECONDS, log }: GatewayOptions,
): Promise<void> {
  response.setHeader('x-amzn-RequestId', randomUUID());
  const body = await readBody(request).catch(() => request.destroy());
  if (!Buffer.isBuffer(body)) return;
  if (body.length > MAX_BODY_BYTES) return sendError(response, 413, TOO_LARGE);
  if (!isForThisMachine(request.headers)) return sendError(response, 403, 'this is no host of the service');
  if (isOfAnotherOrigin(request.headers)) return sendError(response, 403, 'pages of others are not served');
  const path = pathOf(request, stage);
  if (path === undefined) return sendError(response, 403, 'Forbidden');
  const route = routeOf(methodOf(request), path);
  const timeout = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => timeout.resolve(TIMED_OUT), timeoutSeconds * 1_000);
  try {
    const result = await Promise.race([
      invoke(route.functionName, toEvent(request, body, route, stage)),
      timeout.promise,
    ]);
    if (result === TIMED_OUT) sendError(response, 504, 'request timed out', { 'Retry-After': '1' });
    else sendResult(result, response);
  } catch (error) {
    if (error instanceof PayloadTooLarge) return sendError(response, 413, TOO_LARGE);
    log?.(`${route.functionName}: ${(error as Error).name}\n`);
    sendError(response, 502, 'Internal server error');
  } finally {
    clearTimeout(timer);
  }
}

const TIMED_OUT = Symbol('the function did not answer in time');

/** Reads the whole body even if it is too long, so that the client can read the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** The gateway's own answers have the shape of Vault's errors, like the gateway responses in `infra/api.yml`. */
function sendError(response: ServerResponse, status: number, text: string, more = {}): void {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...more };
  response.writeHead(status, headers).end(JSON.stringify({ errors: [text] }));
}

function refuseMalformed({ code }: NodeJS.ErrnoException, connection: Duplex): void {
  const status = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  if (connection.writable)
    connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
