/** Reads the stream of a table from its beginning. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';

/** @returns every write, in order */
export async function readStream(dynamodb: DynamoDBClient, TableName: string): Promise<_Record[]> {
  const { endpoint, region, credentials } = dynamodb.config;
  const client = new DynamoDBStreamsClient({ region, credentials, ...(endpoint && { endpoint }) });
  try {
    const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
    const StreamArn = Streams[0]?.StreamArn;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    const records: _Record[] = [];
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
      const { ShardIterator } = await client.send(new GetShardIteratorCommand(from));
      records.push(...(await readOn(client, ShardIterator)));
    }
    return records;
  } finally {
    client.destroy();
  }
}

async function readOn(client: DynamoDBStreamsClient, begin: string | undefined): Promise<_Record[]> {
  const records: _Record[] = [];
  for (let ShardIterator = begin; ShardIterator; ) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator }));
    if (!page.Records?.length) break;
    records.push(...page.Records);
    ShardIterator = page.NextShardIterator;
  }
  return records;
}
