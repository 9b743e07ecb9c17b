/** The bare SDK making the one call that a status hangs on: what the status function is measured against. */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** @returns whether there is such a migration */
export async function handler({ id }: { id: string }): Promise<boolean> {
  const Key = { pk: { S: id }, sk: { S: '.' } };
  const command = new GetItemCommand({ TableName: process.env.MIGRATIONS_TABLE, Key, ConsistentRead: true });
  return (await client.send(command)).Item !== undefined;
}
