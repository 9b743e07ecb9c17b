/** The client of DynamoDB, without what it would do in vain at each call. */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Middleware of the SDK. Without it, a call takes an eighth less processor time (docs/decisions.md, 35). */
const IN_VAIN = [
  // It looks through all that is sent and received for what a log must not show. The client has no log.
  'loggerMiddleware',
  // It tells the trace of the invocation to services that go on with it. DynamoDB does not.
  'recursionDetectionMiddleware',
  // It puts the same text together each time.
  'getUserAgentMiddleware',
];

/** @param userAgent sent with each call, in place of the SDK's own */
export function dynamodbClient(config: DynamoDBClientConfig, userAgent: string): DynamoDBClient {
  const client = new DynamoDBClient(config);
  for (const name of IN_VAIN) client.middlewareStack.remove(name);
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['user-agent'] = userAgent;
      return next(args);
    },
    { step: 'build', name: 'userAgent' },
  );
  return client;
}
