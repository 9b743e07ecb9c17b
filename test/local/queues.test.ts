import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Queues, startQueues } from '../../infra/local/queues.ts';
import { CREDENTIALS } from './support.ts';

describe('the local queues', () => {
  let queues: Queues;
  let client: SQSClient;
  let QueueUrl: string;
  beforeAll(async () => {
    queues = await startQueues(['letters'], CREDENTIALS);
    client = new SQSClient({
      endpoint: queues.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    ({ QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: 'letters' })));
  });
  afterAll(() => {
    client.destroy();
    queues.stop();
  });

  const receive = async (VisibilityTimeout = 30) => {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout });
    return (await client.send(command)).Messages ?? [];
  };

  it('return what was sent, hide it for a while, and delete it', async () => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    queues.send('letters', 'two');

    const messages = await receive(1);

    expect(messages.map(({ Body }) => Body)).toEqual(['one', 'two']);
    expect(await receive()).toEqual([]);
    await client.send(
      new DeleteMessageCommand({ QueueUrl, ReceiptHandle: messages[0]?.ReceiptHandle ?? '' }),
    );
    await expect.poll(() => receive(), { timeout: 5_000 }).toMatchObject([{ Body: 'two' }]);
  });

  it('can be emptied', async () => {
    queues.send('letters', 'three');

    await client.send(new PurgeQueueCommand({ QueueUrl }));

    expect(await receive()).toEqual([]);
  });

  it('are those of the deployment, and no others', async () => {
    const other = new GetQueueUrlCommand({ QueueName: 'other' });

    await expect(client.send(other)).rejects.toThrow(QueueDoesNotExist);
  });
});
