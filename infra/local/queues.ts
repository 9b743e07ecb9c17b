/** A local SQS: queues in memory, with the part of its wire protocol that is needed to read failed events. */

import { createHash, randomUUID } from 'node:crypto';
import type { ClientSettings } from './clientSettings.ts';
import { AwsError, startJsonApi } from './jsonApi.ts';
import type { LocalServer } from './localServer.ts';

export interface Queues extends LocalServer {
  /** Sends a message, as an AWS service does for a failed event. */
  send(queue: string, body: string): void;
}

interface Message {
  id: string;
  body: string;
  /** The handle of the last receipt. */
  handle?: string;
  /** Epoch milliseconds until which the message is not received again. */
  hiddenUntil: number;
}

interface ApiRequest {
  QueueName?: string;
  QueueUrl?: string;
  MessageBody?: string;
  ReceiptHandle?: string;
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
}

const VISIBILITY_TIMEOUT_S = 30;

/**
 * Serves queues with these names on this machine, to those who sign with the credentials.
 * @param port 0, the default, for any free port
 * @throws StartError if the port is taken
 */
export async function startQueues(
  names: readonly string[],
  credentials: ClientSettings['credentials'],
  port?: number,
): Promise<Queues> {
  const queues = new Map<string, Message[]>(names.map((name) => [name, []]));
  const server = await startJsonApi({
    version: '1.0',
    credentials,
    port,
    act: (target, request) => act(target, request),
  });

  function act(target: string, request: ApiRequest): unknown {
    const name = request.QueueName ?? request.QueueUrl?.split('/').at(-1) ?? '';
    const queue = queues.get(name);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    switch (target) {
      case 'AmazonSQS.GetQueueUrl':
        return { QueueUrl: `${server.endpoint}/000000000000/${name}` };
      case 'AmazonSQS.SendMessage':
        return sent(add(queue, request.MessageBody ?? ''));
      case 'AmazonSQS.ReceiveMessage':
        return { Messages: receive(queue, request) };
      case 'AmazonSQS.DeleteMessage':
        queues.set(
          name,
          queue.filter(({ handle }) => handle !== request.ReceiptHandle),
        );
        return {};
      case 'AmazonSQS.PurgeQueue':
        queues.set(name, []);
        return {};
      default:
        throw new AwsError('UnsupportedOperation', `The local service does not know ${target}`);
    }
  }

  return {
    ...server,
    send(name, body) {
      const queue = queues.get(name);
      if (!queue) throw new Error(`there is no queue ${name}`);
      add(queue, body);
    },
  };
}

function add(queue: Message[], body: string): Message {
  const message = { id: randomUUID(), body, hiddenUntil: 0 };
  queue.push(message);
  return message;
}

function sent({ id, body }: Message): object {
  return { MessageId: id, MD5OfMessageBody: md5(body) };
}

function receive(queue: Message[], { MaxNumberOfMessages = 1, VisibilityTimeout }: ApiRequest): object[] {
  const now = Date.now();
  const visible = queue.filter(({ hiddenUntil }) => hiddenUntil <= now).slice(0, MaxNumberOfMessages);
  return visible.map((message) => {
    message.handle = randomUUID();
    message.hiddenUntil = now + (VisibilityTimeout ?? VISIBILITY_TIMEOUT_S) * 1_000;
    const { id, body, handle } = message;
    return { MessageId: id, Body: body, MD5OfBody: md5(body), ReceiptHandle: handle };
  });
}

/** The checksum that SQS uses. */
function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
