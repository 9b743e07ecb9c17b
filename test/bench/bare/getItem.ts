/** The bare SDK with the one call that a status depends on. The status function is compared with it. */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** Answers as a function does: with 404 if the migration does not exist. */
export async function handler({ id }: { id: string }): Promise<{ statusCode: number }> {
  const Key = { pk: { S: id }, sk: { S: '.' } };
  const command = new GetItemCommand({ TableName: process.env.MIGRATIONS_TABLE, Key, ConsistentRead: true });
  return { statusCode: (await client.send(command)).Item ? 200 : 404 };
}
