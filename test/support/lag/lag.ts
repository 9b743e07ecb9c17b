/**
 * Simulates what DynamoDB does and local stores hide (docs/decisions.md, 15), in front of a store that runs each
 * transaction in one instant.
 *
 * A transaction is stretched: its items are reserved before it, and its answer is delayed after it. Meanwhile other
 * writes of these items conflict. Reads of single items show the old versions, since they are serializable with
 * transactions. Queries and batches are not, and show some items old and some new. Indexes lag behind every write.
 * Batches leave keys unprocessed, calls are throttled, writes conflict, and answers are lost after the work is done.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type Chance, chanceOf } from '../chance.ts';
import { batchWithOldVersions, widened, withOldVersions } from './query.ts';
import { createVersions, type OldVersion } from './versions.ts';
import { type Body, type ItemKey, keyOf, type Operation, type WireItem, writtenKeys } from './wire.ts';

/** Forwards a request to the store. */
export type Forward = (operation: Operation, body: Body) => Promise<Answer>;

export interface Answer {
  status: number;
  body: Body;
  /** Whether the answer is lost: the connection is closed without it. */
  isLost?: boolean;
}

export interface Odds {
  /** The longest time in which a transaction may be seen half done, in milliseconds. */
  transactionMs: number;
  /** The longest lag of an index, in milliseconds. */
  indexMs: number;
  /** Shares of calls, from 0 to 1. */
  late: number;
  throttled: number;
  conflicting: number;
  unprocessed: number;
  lost: number;
}

const ODDS: Odds = {
  transactionMs: 40,
  indexMs: 500,
  late: 0.5,
  throttled: 0.02,
  conflicting: 0.03,
  unprocessed: 0.1,
  lost: 0.01,
};

const WITH_INDEXES = 'migrations';

/** @returns a function that answers requests in place of the store */
export function createLag(forward: Forward, seed: number, odds: Odds = ODDS): Forward {
  const chance = chanceOf(seed);
  const versions = createVersions();
  const ofIndexes = createVersions();

  return async (operation, body) => {
    if (chance.fraction() < odds.throttled)
      return refusal('ProvisionedThroughputExceededException', 'too fast');
    switch (operation) {
      case 'GetItem': {
        const old = versions.of(keyOf(body.TableName, body.Key));
        return old ? { status: 200, body: old.item ? { Item: old.item } : {} } : forward(operation, body);
      }
      case 'Query':
        return query(body);
      case 'BatchGetItem':
        return batchGet(body);
      case 'BatchWriteItem':
        return maybeLost(await batchWrite(body));
      case 'TransactWriteItems':
        return maybeLost(await transact(body));
      default:
        return maybeLost(await writeOne(operation, body));
    }
  };

  function maybeLost(answer: Answer): Answer {
    return { ...answer, isLost: chance.fraction() < odds.lost };
  }

  async function query(body: Body): Promise<Answer> {
    const late = (body.IndexName ? ofIndexes : versions).late(body.TableName);
    if (late.length === 0) return forward('Query', body);
    const answer = await forward('Query', widened(body, late));
    return answer.status === 200 ? { ...answer, body: withOldVersions(body, answer.body, late) } : answer;
  }

  async function batchGet(body: Body): Promise<Answer> {
    const { now, later } = divided(body.RequestItems, chance, odds.unprocessed, 'Keys');
    const late = new Map(Object.keys(now).map((table) => [table, versions.late(table)]));
    const answer = await forward('BatchGetItem', { ...body, RequestItems: now });
    if (answer.status !== 200) return answer;
    const lateOf = (key: ItemKey) => late.get(key.table)?.find((version) => isSame(version.key, key));
    const seen = batchWithOldVersions({ RequestItems: now }, answer.body, lateOf);
    return { ...answer, body: { ...seen, UnprocessedKeys: { ...answer.body.UnprocessedKeys, ...later } } };
  }

  async function batchWrite(body: Body): Promise<Answer> {
    const { now, later } = divided(body.RequestItems, chance, odds.unprocessed);
    const answer = await forward('BatchWriteItem', { RequestItems: now });
    if (answer.status !== 200) return answer;
    return {
      ...answer,
      body: { ...answer.body, UnprocessedItems: { ...answer.body.UnprocessedItems, ...later } },
    };
  }

  async function writeOne(operation: Operation, body: Body): Promise<Answer> {
    const [key] = writtenKeys(operation, body) as [ItemKey];
    const isContested = chance.fraction() < odds.conflicting || !versions.takeSingly(key);
    if (isContested) return refusal('TransactionConflictException', 'Transaction is ongoing for the item');
    try {
      return await behindIndexes([key], () => forward(operation, body));
    } finally {
      versions.release([key]);
    }
  }

  async function transact(body: Body): Promise<Answer> {
    const keys = writtenKeys('TransactWriteItems', body);
    if (chance.fraction() < odds.conflicting || !versions.take(keys)) return cancelled(keys.length);
    const before = (await imagesOf(keys)).map((item, i) => ({ key: keys[i] as ItemKey, item, until: 0 }));
    const heldMs = chance.fraction() * odds.transactionMs;
    const end = performance.now() + heldMs;
    for (const version of before) {
      if (chance.fraction() < odds.late) version.until = end;
    }
    versions.show(before);
    try {
      const answer = await behindIndexes(keys, () => forward('TransactWriteItems', body));
      if (answer.status === 200) await delay(heldMs);
      return answer;
    } finally {
      versions.forget(before);
      versions.release(keys);
    }
  }

  /** Makes indexes show these items as they were before a write, for a while. */
  async function behindIndexes(keys: ItemKey[], write: () => Promise<Answer>): Promise<Answer> {
    const indexed = keys.filter(({ table }) => table === WITH_INDEXES);
    if (indexed.length === 0) return write();
    const until = performance.now() + chance.fraction() * odds.indexMs;
    const images = await imagesOf(indexed);
    const before = images.map((item, i): OldVersion => ({ key: indexed[i] as ItemKey, item, until }));
    const answer = await write();
    if (answer.status === 200) {
      ofIndexes.show(before);
      setTimeout(() => ofIndexes.forget(before), Math.max(0, until - performance.now())).unref();
    }
    return answer;
  }

  async function imagesOf(keys: ItemKey[]): Promise<(WireItem | undefined)[]> {
    const reads = keys.map(({ table, pk, sk }) =>
      forward('GetItem', { TableName: table, Key: { pk, sk }, ConsistentRead: true }),
    );
    return (await Promise.all(reads)).map(({ body }) => body.Item);
  }
}

function isSame(one: ItemKey, other: ItemKey): boolean {
  return one.table === other.table && one.pk.S === other.pk.S && one.sk.S === other.sk.S;
}

/** Sometimes leaves a part of a batch unprocessed, never all of it. */
function divided(requests: Body, chance: Chance, share: number, list?: 'Keys'): { now: Body; later: Body } {
  if (chance.fraction() >= share) return { now: requests, later: {} };
  const now: Body = {};
  const later: Body = {};
  for (const [table, request] of Object.entries(requests)) {
    const all: unknown[] = list ? request[list] : request;
    const cut = 1 + chance.below(all.length);
    const put = (into: Body, some: unknown[]) => {
      if (some.length > 0) into[table] = list ? { ...request, [list]: some } : some;
    };
    put(now, all.slice(0, cut));
    put(later, all.slice(cut));
  }
  return { now, later };
}

function refusal(type: string, message: string): Answer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message } };
}

function cancelled(items: number): Answer {
  const CancellationReasons = Array.from({ length: items }, (_, i) =>
    i === 0
      ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }
      : { Code: 'None' },
  );
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`;
  return {
    status: 400,
    body: { ...refusal('TransactionCanceledException', message).body, CancellationReasons, Message: message },
  };
}
