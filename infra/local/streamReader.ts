/** A local event source mapping: passes the writes to a table to a function, in order, and retries failed ones. */

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type _Record,
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { matchesPattern } from './eventPattern.ts';
import type { StreamMapping } from './events.ts';
import type { Lambda } from './lambda.ts';
import { StartError } from './startError.ts';
import { writeWhole } from './wholeFile.ts';

export interface StreamReaderOptions {
  client: DynamoDBStreamsClient;
  mapping: StreamMapping;
  invoke: Lambda['invoke'];
  /** Keeps the position in the stream over restarts. Without it, reading starts at the oldest write. */
  placeFile?: string | undefined;
  /** Receives a line when the position cannot be kept. After a restart, reading goes on at the last one that was. */
  log?: ((text: string) => void) | undefined;
}

export interface StreamReader {
  /** Stops when the current batch is done. */
  stop(): Promise<void>;
}

/** Lambda polls four times per second. */
const POLL_MS = 250;
/** The pause after the function failed or DynamoDB did not answer. */
const PAUSE_MS = 1_000;

/** Shard → sequence number of the last write that the function took. */
type Places = Record<string, string>;

interface Shard {
  id: string;
  /** Where to continue. If it is undefined, a new one is requested from the position. */
  iterator?: string | undefined;
}

export function startStreamReader({
  client,
  mapping,
  invoke,
  placeFile,
  log,
}: StreamReaderOptions): StreamReader {
  const stopping = new AbortController();
  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});
  let streamArn: string | undefined;
  let shards: Shard[] = [];

  const places = readPlaces(placeFile);

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const result = await readAll().catch(() => 'failed');
      if (result === 'failed') shards = [];
      if (result !== 'some') await pause(result === 'failed' ? PAUSE_MS : POLL_MS);
    }
  }

  async function readAll(): Promise<'some' | 'nothing' | 'failed'> {
    if (shards.length === 0) shards = await findShards();
    let result: 'some' | 'nothing' = 'nothing';
    for (const shard of shards) {
      const records = await readNext(shard, places[shard.id]);
      if (records.length === 0) continue;
      const taken = await deliver(records);
      const last = taken.at(-1)?.dynamodb?.SequenceNumber;
      if (last !== undefined) keep(shard, last);
      if (taken.length < records.length) return 'failed';
      result = 'some';
    }
    return result;
  }

  function keep(shard: Shard, last: string): void {
    places[shard.id] = last;
    try {
      if (placeFile !== undefined) writeWhole(placeFile, places);
    } catch (error) {
      log?.(
        `stream of ${mapping.table}: cannot write ${placeFile}: ${(error as NodeJS.ErrnoException).code}\n`,
      );
    }
  }

  async function findShards(): Promise<Shard[]> {
    const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: mapping.table }));
    streamArn = Streams[0]?.StreamArn;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn: streamArn }));
    return (StreamDescription?.Shards ?? []).map(({ ShardId = '' }) => ({ id: ShardId }));
  }

  async function readNext(shard: Shard, place: string | undefined): Promise<_Record[]> {
    const ShardIterator = shard.iterator ?? (await iteratorAt(shard.id, place));
    const command = new GetRecordsCommand({ ShardIterator, Limit: mapping.batchSize });
    const { Records = [], NextShardIterator } = await client.send(command);
    shard.iterator = NextShardIterator;
    // The shard has ended, and other shards replace it.
    if (NextShardIterator === undefined && Records.length === 0) shards = [];
    return Records;
  }

  async function iteratorAt(ShardId: string, place: string | undefined): Promise<string | undefined> {
    const from =
      place === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' as const }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: place };
    const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId, ...from });
    return (await client.send(command)).ShardIterator;
  }

  /** @returns the records before the first one that must be passed to the function again */
  async function deliver(records: _Record[]): Promise<_Record[]> {
    const wanted = records.filter((record) =>
      mapping.filters.some((filter) => matchesPattern(filter, record)),
    );
    if (wanted.length === 0) return records;
    const missed = await invoke(mapping.functionName, { Records: wanted.map(asLambdaRecord) }).then(
      firstMissed,
      () => wanted[0]?.dynamodb?.SequenceNumber,
    );
    const end = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === missed);
    return end < 0 ? records : records.slice(0, end);
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html */
function firstMissed(result: unknown): string | undefined {
  const { batchItemFailures = [] } = result as { batchItemFailures?: { itemIdentifier: string }[] };
  return batchItemFailures[0]?.itemIdentifier;
}

/** The record as Lambda passes it: times are epoch seconds. */
function asLambdaRecord({ dynamodb, ...record }: _Record): object {
  const { ApproximateCreationDateTime: at, ...rest } = dynamodb ?? {};
  return { ...record, dynamodb: { ...rest, ApproximateCreationDateTime: (at?.getTime() ?? 0) / 1_000 } };
}

function readPlaces(file: string | undefined): Places {
  if (file === undefined || !existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Places;
  } catch (error) {
    throw new StartError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
