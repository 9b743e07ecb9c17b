/** A service with a bus that a test reads: API calls, and events in the wire protocol of EventBridge. */

import { setTimeout as delay } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { BusEvent } from '../../infra/local/busEvent.ts';
import { clientSettings } from '../../infra/local/clientSettings.ts';
import { inspect } from '../../infra/local/inspect.ts';
import type { Service } from '../../infra/local/service.ts';

export type Running = Pick<Service, 'url' | 'rootToken' | 'environment'>;

// biome-ignore lint/suspicious/noExplicitAny: an answer or a detail as it comes
type Anything = any;

/** An event of the service, with its detail. */
export type Event = Omit<BusEvent, 'detail'> & { detail: Anything };

/** Sends a request as root; returns its status and body. */
export async function call(
  { url, rootToken }: Running,
  method: string,
  path: string,
  body?: object,
  namespace = '',
): Promise<{ status: number; body: Anything }> {
  const headers = { 'X-Vault-Token': rootToken, 'X-Vault-Namespace': namespace };
  const answer = await fetch(`${url}/v1/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : undefined };
}

/** All events on the bus, oldest first. */
export function events({ environment }: Running): Promise<Event[]> {
  return inspect<Event[]>(environment, 'EVENTBRIDGE', '/events');
}

/** The announcements of one migration; waits until there are this many. */
export async function announced(service: Running, migrationId: string, count: number): Promise<Event[]> {
  return until(async () => {
    const found = (await events(service)).filter(({ detail }) => detail.migration_id === migrationId);
    return found.length >= count ? found : undefined;
  });
}

/** Puts a request on the bus, as a pipeline would. */
export async function request(service: Running, detail: object, source = 'remount.request'): Promise<string> {
  const client = new EventBridgeClient(clientSettings(service.environment, 'EVENTBRIDGE'));
  const entry = { EventBusName: 'remount', Source: source, DetailType: 'Remount Requested' };
  const command = new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] });
  const { Entries = [] } = await client.send(command).finally(() => client.destroy());
  if (!Entries[0]?.EventId) throw new Error(`the bus refused: ${Entries[0]?.ErrorMessage}`);
  return Entries[0].EventId;
}

/** Takes the next message from a queue. */
export async function takeMessage(service: Running, queue: string): Promise<Anything> {
  const client = new SQSClient(clientSettings(service.environment, 'SQS'));
  const QueueUrl = `${service.environment.AWS_ENDPOINT_URL_SQS}/000000000000/${queue}`;
  try {
    return await until(async () => {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      const [message] = Messages;
      if (!message) return undefined;
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle ?? '' }));
      return JSON.parse(message.Body ?? '') as Anything;
    });
  } finally {
    client.destroy();
  }
}

const PATIENCE_MS = 40_000;

/** Calls `look` until it returns something. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS; await delay(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('it has not come');
}
