/** The bare SDK with the one call that a status depends on. The status function is compared with it. */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** @returns whether the migration exists */
export async function handler({ id }: { id: string }): Promise<boolean> {
  const Key = { pk: { S: id }, sk: { S: '.' } };
  const command = new GetItemCommand({ TableName: process.env.MIGRATIONS_TABLE, Key, ConsistentRead: true });
  return (await client.send(command)).Item !== undefined;
}
