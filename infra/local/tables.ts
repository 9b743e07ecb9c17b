/** Creates the tables of the deployment. */

import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ListTablesCommand,
  type StreamViewType,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { clientSettings } from './clientSettings.ts';
import { readFragment } from './fragment.ts';

export interface Table {
  /** The logical id without `Table`, in lower case: `mounts` for `MountsTable`. */
  name: string;
  attributes: AttributeDefinition[];
  key: KeySchemaElement[];
  indexes: GlobalSecondaryIndex[];
  /** The attribute with the time at which an item expires. */
  ttl: string | undefined;
  /** What its stream contains of each write, if it has a stream. */
  stream: StreamViewType | undefined;
}

export interface TableResource {
  Type: string;
  Properties: {
    AttributeDefinitions: AttributeDefinition[];
    KeySchema: KeySchemaElement[];
    GlobalSecondaryIndexes?: GlobalSecondaryIndex[];
    TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
    StreamSpecification?: { StreamViewType: StreamViewType };
  };
}

/** The tables of `infra/tables.yml`. */
export async function readTables(): Promise<Table[]> {
  const { Resources } = await readFragment<{ Resources: Record<string, TableResource> }>('tables');
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .map(tableOf);
}

/** The table that the template describes under this logical id. */
export function tableOf([logicalId, { Properties }]: [string, TableResource]): Table {
  const {
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes = [],
    TimeToLiveSpecification,
    StreamSpecification,
  } = Properties;
  return {
    name: logicalId.replace(/Table$/, '').toLowerCase(),
    attributes: AttributeDefinitions,
    key: KeySchema,
    indexes: GlobalSecondaryIndexes,
    ttl: TimeToLiveSpecification?.AttributeName,
    stream: StreamSpecification?.StreamViewType,
  };
}

/**
 * Creates missing tables.
 * @param environment the SDK's variables: endpoints and credentials
 */
export async function createTables(tables: Table[], environment: Record<string, string>): Promise<void> {
  const client = new DynamoDBClient(clientSettings(environment, 'DYNAMODB'));
  try {
    const { TableNames: present = [] } = await client.send(new ListTablesCommand({}));
    const missing = tables.filter(({ name }) => !present.includes(name));
    await Promise.all(missing.map((table) => createTable(client, table)));
    await Promise.all(tables.map((table) => enableTimeToLive(client, table)));
    await Promise.all(tables.map((table) => enableStream(client, table)));
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, { name, attributes, key, indexes }: Table): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: attributes,
      KeySchema: key,
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: name });
}

async function enableStream(client: DynamoDBClient, { name, stream }: Table): Promise<void> {
  if (stream === undefined) return;
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: name }));
  if (table?.StreamSpecification?.StreamEnabled) return;
  const StreamSpecification = { StreamEnabled: true, StreamViewType: stream };
  await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification }));
}

async function enableTimeToLive(client: DynamoDBClient, { name, ttl }: Table): Promise<void> {
  if (ttl === undefined) return;
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  if (TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL')) return;
  const TimeToLiveSpecification = { AttributeName: ttl, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
}
