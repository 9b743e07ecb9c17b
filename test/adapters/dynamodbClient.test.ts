import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbClient } from '../../functions/adapters/dynamodbClient.ts';

let server: Server;
let heard: IncomingHttpHeaders[];

beforeAll(async () => {
  server = createServer(({ headers }, response) => {
    heard.push(headers);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

const config = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

describe('the client of DynamoDB', () => {
  it('sends what that of the SDK sends, with another user agent', async () => {
    heard = [];
    for (const client of [new DynamoDBClient(config()), dynamodbClient(config(), 'remount app/status')]) {
      await client.send(new ListTablesCommand());
      client.destroy();
    }
    const [theirs = {}, ours = {}] = heard;
    expect(theirs['user-agent']).toContain('aws-sdk-js');
    expect(ours['user-agent']).toBe('remount app/status');
    // The SDK says its version in a second place.
    expect(Object.keys(ours)).toEqual(Object.keys(theirs).filter((name) => name !== 'x-amz-user-agent'));
  });

  it('does nothing at a call that it has no use for', () => {
    const steps = dynamodbClient(config(), 'remount').middlewareStack.identify();
    expect(steps.map((step) => step.split(' ')[0])).toEqual([
      'serializerMiddleware',
      'contentLengthMiddleware',
      'userAgent',
      'hostHeaderMiddleware',
      'retryMiddleware',
      'httpSigningMiddleware',
      'deserializerMiddleware',
    ]);
  });
});
