/**
 * A DynamoDB that can be made to wait before it switches a mount, so that a migration stays `accepted` for as long as
 * a person needs to look at it. Everything else passes.
 */

import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type LocalServer, startLocalServer } from '../../infra/local/localServer.ts';

/** What the emulator looks at. */
const PASSED = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'];

/** @returns what to point the service at; it waits until every `POST /hold` has been followed by a `POST /release` */
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
    // Whoever has not waited must not be served behind its back.
    if (response.destroyed) return;
    const headers = new Headers();
    for (const name of PASSED) headers.set(name, String(request.headers[name] ?? ''));
    const answer = await fetch(dynamodbEndpoint, { method: 'POST', headers, body });
    const text = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'Content-Type': type, 'Content-Length': text.length }).end(text);
  }
}

/** Of all transactions, only a switch takes a mount off the tree and puts it back elsewhere. */
function isSwitch({ headers }: IncomingMessage, body: Buffer): boolean {
  if (!String(headers['x-amz-target']).endsWith('TransactWriteItems')) return false;
  const items = (JSON.parse(body.toString()) as { TransactItems: Record<string, { TableName: string }>[] })
    .TransactItems;
  const does = (verb: string) => items.some((item) => item[verb]?.TableName === 'mounts');
  return does('Delete') && does('Put');
}
