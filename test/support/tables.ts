/** Reads, writes and empties the tables without the service's own code. */

import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

// biome-ignore lint/suspicious/noExplicitAny: an item is whatever was stored
export type Stored = { pk: string; sk: string } & Record<string, any>;

const NAMES = ['mounts', 'access', 'leases', 'storage', 'migrations'] as const;

/** Items of one BatchWriteItem, by DynamoDB's limits. */
const BATCH = 25;

export type Tables = Record<(typeof NAMES)[number], Stored[]>;

/** Reads all items of all tables. */
export async function readTables(client: DynamoDBClient): Promise<Tables> {
  const contents = await Promise.all(NAMES.map((name) => scan(client, name)));
  return Object.fromEntries(NAMES.map((name, i) => [name, contents[i]])) as Tables;
}

export async function emptyTables(client: DynamoDBClient): Promise<void> {
  const remove = ({ pk, sk }: Stored) => ({ DeleteRequest: { Key: marshall({ pk, sk }) } });
  await writeAll(client, await readTables(client), remove);
}

/** Writes items to the tables without a condition. */
export async function writeTables(client: DynamoDBClient, tables: Partial<Tables>): Promise<void> {
  await writeAll(client, tables, (item) => ({ PutRequest: { Item: marshall(item) } }));
}

async function writeAll(
  client: DynamoDBClient,
  tables: Partial<Tables>,
  requestOf: (item: Stored) => WriteRequest,
): Promise<void> {
  const requests = Object.entries(tables).flatMap(([name, items]) =>
    items.map((item) => [name, requestOf(item)] as const),
  );
  for (let i = 0; i < requests.length; i += BATCH) {
    const RequestItems: Record<string, WriteRequest[]> = {};
    for (const [name, request] of requests.slice(i, i + BATCH)) {
      RequestItems[name] ??= [];
      RequestItems[name].push(request);
    }
    await client.send(new BatchWriteItemCommand({ RequestItems }));
  }
}

async function scan(client: DynamoDBClient, TableName: string): Promise<Stored[]> {
  const items: Stored[] = [];
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const command = new ScanCommand({
      TableName,
      ConsistentRead: true,
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    const page = await client.send(command);
    items.push(...(page.Items ?? []).map((item) => unmarshall(item) as Stored));
    ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
  } while (ExclusiveStartKey);
  return items;
}
