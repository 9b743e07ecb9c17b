/** The bare SDK with calls that a function makes for one request, one after the other. The function is compared with it. */

import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

/** A call as it was sent: the name of the operation, and its JSON. */
export interface BareCall {
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: the input of any operation
  input: any;
}

const dynamodb = new DynamoDBClient({});
const stepFunctions = new SFNClient({});

const SENDERS: Record<string, (input: BareCall['input']) => Promise<unknown>> = {
  BatchGetItem: (input) => dynamodb.send(new BatchGetItemCommand(input)),
  GetItem: (input) => dynamodb.send(new GetItemCommand(input)),
  Query: (input) => dynamodb.send(new QueryCommand(input)),
  TransactWriteItems: (input) => dynamodb.send(new TransactWriteItemsCommand(input)),
  StartExecution: (input) => stepFunctions.send(new StartExecutionCommand(input)),
};

/** @throws Error for an operation that it does not know, and what the SDK throws */
export async function handler({ calls }: { calls: BareCall[] }): Promise<{ statusCode: number }> {
  for (const { operation, input } of calls) {
    const send = SENDERS[operation];
    if (!send) throw new Error(`${operation} is no call that is compared`);
    await send(input);
  }
  return { statusCode: 200 };
}
