/** The store on DynamoDB: five tables with the key (`pk`, `sk`). */

import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { BATCHES_AT_ONCE, MAX_BATCH_READS, MAX_BATCH_WRITES } from '../limits.ts';
import type { Clock } from '../ports/deps.ts';
import {
  attributesOf,
  type Item,
  type Key,
  type PlacedItem,
  type Range,
  type Ref,
  refOf,
  type Store,
  type TableName,
  type Write,
} from '../ports/store.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { conditionExpression, Placeholders, updateExpression } from './expressions.ts';
import { patiently, Unprocessed } from './patiently.ts';

type NameOf = (table: TableName) => string;

type Wire = Record<string, never>;

/** @param nameOf the deployed name of a table */
export function dynamodbStore(client: DynamoDBClient, nameOf: NameOf, clock: Clock): Store {
  return {
    async get({ table, pk, sk }) {
      const command = new GetItemCommand({
        TableName: nameOf(table),
        Key: wire({ pk, sk }),
        ConsistentRead: true,
      });
      const { Item } = await patiently(clock, () => client.send(command));
      return Item && (unmarshall(Item) as Item);
    },

    async getMany(refs) {
      const found = new Map<string, Item>();
      await severalAtOnce(chunks(distinct(refs), MAX_BATCH_READS), async (chunk) => {
        let open = chunk;
        await patiently(clock, async () => {
          open = await getBatch(open, found);
          if (open.length > 0) throw new Unprocessed();
        });
      });
      return refs.map((ref) => found.get(refId(ref)));
    },

    async query(range) {
      const items: Item[] = [];
      for await (const page of pages(range)) items.push(...page);
      return items;
    },

    pages,

    async commit(writes) {
      if (writes.length === 1 && !isCount(writes[0] as Write)) {
        await single(writes[0] as Write);
        return;
      }
      // One token for all tries: for ten minutes, DynamoDB recognises a transaction whose answer was lost as done.
      const ClientRequestToken = randomUUID();
      const TransactItems = writes.map((write) => transactItem(write, nameOf));
      const input = { TransactItems, ClientRequestToken };
      await patiently(clock, () => client.send(new TransactWriteItemsCommand(input)), writes.map(refOf));
    },

    async update(update) {
      return (await single(update)) as Item;
    },

    async putMany(puts) {
      const requests = puts.map(({ put }) => ({ ref: put, request: putRequest(put) }));
      await writeBatches(requests);
    },

    async deleteMany(refs) {
      const requests = refs.map((ref) => ({ ref, request: deleteRequest(ref) }));
      await writeBatches(requests);
    },
  };

  async function* pages(range: Range): AsyncGenerator<Item[]> {
    const input = queryInput(range, nameOf);
    let left = range.limit ?? Number.POSITIVE_INFINITY;
    do {
      if (Number.isFinite(left)) input.Limit = left;
      const command = new QueryCommand(input);
      const { Items = [], LastEvaluatedKey } = await patiently(clock, () => client.send(command));
      left -= Items.length;
      yield Items.map((item) => unmarshall(item) as Item);
      input.ExclusiveStartKey = LastEvaluatedKey;
    } while (input.ExclusiveStartKey && left > 0);
  }

  async function single(write: Write): Promise<Item | undefined> {
    const item = transactItem(write, nameOf);
    const send = async () => {
      if (item.Put) await client.send(new PutItemCommand(item.Put));
      if (item.Delete) await client.send(new DeleteItemCommand(item.Delete));
      if (!item.Update) return undefined;
      const { UpdateExpression } = item.Update;
      const input = { ...item.Update, UpdateExpression, ReturnValues: 'ALL_NEW' as const };
      const { Attributes } = await client.send(new UpdateItemCommand(input));
      return Attributes && (unmarshall(Attributes) as Item);
    };
    return patiently(clock, send, [refOf(write)]);
  }

  async function getBatch(refs: Ref[], found: Map<string, Item>): Promise<Ref[]> {
    const RequestItems: Record<string, { Keys: Wire[]; ConsistentRead: true }> = {};
    for (const { table, pk, sk } of refs) {
      RequestItems[nameOf(table)] ??= { Keys: [], ConsistentRead: true };
      RequestItems[nameOf(table)]?.Keys.push(wire({ pk, sk }));
    }
    const answer = await client.send(new BatchGetItemCommand({ RequestItems }));
    for (const [tableName, items] of Object.entries(answer.Responses ?? {})) {
      for (const wireItem of items) {
        const item = unmarshall(wireItem) as Item;
        found.set(`${tableName}|${item.pk}|${item.sk}`, item);
      }
    }
    const unprocessed = Object.entries(answer.UnprocessedKeys ?? {});
    const open = new Set(
      unprocessed.flatMap(([name, { Keys = [] }]) => Keys.map((key) => wireId(name, unmarshall(key) as Key))),
    );
    return refs.filter((ref) => open.has(refId(ref)));
  }

  /**
   * A batch may contain a key only once, so the last write to a key counts. Each batch is for one table, because AWS does
   * not document how it checks the keys of a batch over several tables, and roles are confined to kinds of items.
   */
  async function writeBatches(writes: BatchWrite[]): Promise<void> {
    const last = new Map(writes.map((write) => [refId(write.ref), write])).values();
    const byTable = Map.groupBy(last, ({ ref }) => ref.table);
    const batches = [...byTable.values()].flatMap((ofTable) => chunks(ofTable, MAX_BATCH_WRITES));
    const writeAll = async (chunk: BatchWrite[]) => {
      let open = chunk;
      await patiently(clock, async () => {
        open = await writeBatch(open);
        if (open.length > 0) throw new Unprocessed();
      });
    };
    await severalAtOnce(batches, writeAll, BATCHES_AT_ONCE);
  }

  async function writeBatch(writes: BatchWrite[]): Promise<BatchWrite[]> {
    const RequestItems: Record<string, WriteRequest[]> = {};
    for (const { ref, request } of writes) {
      RequestItems[nameOf(ref.table)] ??= [];
      RequestItems[nameOf(ref.table)]?.push(request);
    }
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }));
    const open = new Set(
      Object.entries(UnprocessedItems).flatMap(([name, requests]) =>
        requests.map(({ PutRequest, DeleteRequest }) =>
          wireId(name, unmarshall(PutRequest?.Item ?? DeleteRequest?.Key ?? {}) as Key),
        ),
      ),
    );
    return writes.filter(({ ref }) => open.has(refId(ref)));
  }

  function refId({ table, pk, sk }: Ref): string {
    return wireId(nameOf(table), { pk, sk });
  }

  function distinct(refs: Ref[]): Ref[] {
    return [...new Map(refs.map((ref) => [refId(ref), ref])).values()];
  }
}

/** One write of a batch, and its key. */
interface BatchWrite {
  ref: Ref;
  request: WriteRequest;
}

function putRequest(item: PlacedItem): WriteRequest {
  return { PutRequest: { Item: wire(attributesOf(item)) } };
}

function deleteRequest({ pk, sk }: Key): WriteRequest {
  return { DeleteRequest: { Key: wire({ pk, sk }) } };
}

function wireId(tableName: string, { pk, sk }: Key): string {
  return `${tableName}|${pk}|${sk}`;
}

function queryInput(range: Range, nameOf: NameOf): QueryCommandInput {
  const into = new Placeholders();
  const [hash, sort] = range.index ? INDEX_KEYS[range.index] : (['pk', 'sk'] as const);
  const clauses = [`${into.name(hash)} = ${into.value(range.pk)}`];
  if (range.prefix) clauses.push(`begins_with(${into.name(sort)}, ${into.value(range.prefix)})`);
  if (range.atMost !== undefined) clauses.push(`${into.name(sort)} <= ${into.value(range.atMost)}`);
  // A key condition may test the sort key only once. With a prefix, `after` becomes the start key.
  const startsInside = range.prefix !== undefined && range.after !== undefined;
  if (range.after !== undefined && !startsInside)
    clauses.push(`${into.name(sort)} > ${into.value(range.after)}`);
  return {
    TableName: nameOf(range.table),
    KeyConditionExpression: clauses.join(' AND '),
    ...(range.attributes ? { ProjectionExpression: projection(range.attributes, into) } : {}),
    ...(startsInside ? { ExclusiveStartKey: wire({ pk: range.pk, sk: range.after }) } : {}),
    ExpressionAttributeNames: into.names,
    ExpressionAttributeValues: wire(into.values),
    ScanIndexForward: !range.descending,
    ...(range.index ? { IndexName: range.index } : { ConsistentRead: true }),
  };
}

function projection(attributes: readonly string[], into: Placeholders): string {
  return ['pk', 'sk', ...attributes].map((name) => into.name(name)).join(', ');
}

const INDEX_KEYS = { open: ['open', 'nextLook'] } as const;

function transactItem(write: Write, nameOf: NameOf): TransactWriteItem & { Update?: object } {
  const into = new Placeholders();
  const { table, pk, sk } = refOf(write);
  const Key = wire({ pk, sk });
  const TableName = nameOf(table);
  const ConditionExpression = write.if && conditionExpression(write.if, into);
  const UpdateExpression = 'update' in write ? updateExpression(write, into) : undefined;
  const common = {
    TableName,
    ...(ConditionExpression
      ? { ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
      : {}),
    ...(Object.keys(into.names).length > 0 ? { ExpressionAttributeNames: into.names } : {}),
    ...(Object.keys(into.values).length > 0 ? { ExpressionAttributeValues: wire(into.values) } : {}),
  };
  if ('put' in write) return { Put: { ...common, Item: wire(attributesOf(write.put)) } };
  if ('delete' in write) return { Delete: { ...common, Key } };
  return { Update: { ...common, Key, UpdateExpression } };
}

/** The second option accepts any object as a map: a client's map may contain the key `constructor`. */
const MARSHALLING = { removeUndefinedValues: true, convertClassInstanceToMap: true };

function wire(value: object): Wire {
  return marshall(value, MARSHALLING) as Wire;
}

function chunks<T>(list: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

/**
 * Whether the write adds to a number. The SDK may retry it after a lost answer, and it must not add twice. A
 * transaction with a token prevents that.
 */
function isCount(write: Write): boolean {
  return 'update' in write && write.add !== undefined;
}
