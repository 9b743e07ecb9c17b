import { DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountingProxy, startCountingProxy } from '../../infra/demo/countingProxy.ts';
import { type DynamoDB, startDynamoDB } from '../../infra/local/dynamodb.ts';

let emulator: DynamoDB;
let proxy: CountingProxy;
let client: DynamoDBClient;

beforeAll(async () => {
  emulator = await startDynamoDB();
  proxy = await startCountingProxy(emulator.endpoint);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await proxy.stop();
  await emulator.stop();
});

describe('the counting proxy', () => {
  it('forwards calls and counts them by operation until the counts are taken', async () => {
    const { TableNames } = await client.send(new ListTablesCommand({}));
    await client.send(new ListTablesCommand({}));

    expect(TableNames).toEqual([]);
    expect(proxy.take()).toEqual({ ListTables: 2 });
    expect(proxy.take()).toEqual({});
  });

  it('forwards errors unchanged', async () => {
    const call = client.send(new GetItemCommand({ TableName: 'none', Key: { pk: { S: 'a' } } }));

    await expect(call).rejects.toThrow('resource not found');
    expect(proxy.take()).toEqual({ GetItem: 1 });
  });
});
