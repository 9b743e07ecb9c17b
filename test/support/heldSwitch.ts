/**
 * A proxy for DynamoDB that can hold the transaction that switches a mount, so that a migration stays `accepted` for as
 * long as a test needs. Every other request is forwarded at once.
 */

import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type LocalServer, startLocalServer } from '../../infra/local/localServer.ts';

/** The headers that the emulator reads. */
const PASSED = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'];

/** @returns the proxy; it holds switches from a `POST /hold` until as many `POST /release` have followed */
export async function startHeldSwitch(dynamodbEndpoint: string): Promise<LocalServer> {
  const freed = new EventEmitter().setMaxListeners(0);
  let holds = 0;
  return startLocalServer(async (request, response) => {
    if (request.url === '/hold') {
      holds++;
      response.end();
    } else if (request.url === '/release') {
      holds--;
      freed.emit('release');
      response.end();
    } else {
      await pass(request, response).catch(() => response.destroy());
    }
  });

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (isSwitch(request, body)) while (holds > 0) await once(freed, 'release');
    // A client that has closed its connection must not be served later.
    if (response.destroyed) return;
    const headers = new Headers();
    for (const name of PASSED) headers.set(name, String(request.headers[name] ?? ''));
    const answer = await fetch(dynamodbEndpoint, { method: 'POST', headers, body });
    const text = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'Content-Type': type, 'Content-Length': text.length }).end(text);
  }
}

/** Only a switch both deletes and puts an item of the table `mounts`. */
function isSwitch({ headers }: IncomingMessage, body: Buffer): boolean {
  if (!String(headers['x-amz-target']).endsWith('TransactWriteItems')) return false;
  const items = (JSON.parse(body.toString()) as { TransactItems: Record<string, { TableName: string }>[] })
    .TransactItems;
  const does = (verb: string) => items.some((item) => item[verb]?.TableName === 'mounts');
  return does('Delete') && does('Put');
}
