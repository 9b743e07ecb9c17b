/** Calls to DynamoDB with the patience that the SDK lacks, and its exceptions in the words of the store. */

import {
  type CancellationReason,
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clock } from '../ports/deps.ts';
import { ConditionFailed, type FailedWrite, type Item, type Ref, StoreBusy } from '../ports/store.ts';

/** Tries of a call that conflicts or is throttled; the pauses add up to about two seconds. */
const MAX_TRIES = 9;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

/** A batch that left something undone: it is repeated with what is left. */
export class Unprocessed extends Error {}

/**
 * Repeats a call that conflicts with others or is throttled, with full jitter, since the SDK retries neither a
 * transaction conflict nor unprocessed keys (architecture §3).
 * @param refs where the writes of the call go, in their order
 */
export async function patiently<T>(clock: Clock, call: () => Promise<T>, refs: Ref[] = []): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const failed = conditionFailed(error, refs);
      if (failed) throw failed;
      if (isOutOfReach(error) || isUnderWay(error))
        throw new StoreBusy('the store does not answer', { cause: error });
      if (!isTransient(error)) throw error;
      if (attempt === MAX_TRIES) throw new StoreBusy('the store is busy', { cause: error });
      await clock.sleep(Math.random() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }
}

function conditionFailed(error: unknown, refs: Ref[]): ConditionFailed | undefined {
  if (error instanceof ConditionalCheckFailedException)
    return new ConditionFailed(refs.map((ref) => ({ ref, item: oldItem(error) })));
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const reasons = error.CancellationReasons ?? [];
  const failed = refs.flatMap((ref, i): FailedWrite[] => {
    const reason = reasons[i];
    return reason?.Code === 'ConditionalCheckFailed' ? [{ ref, item: oldItem(reason) }] : [];
  });
  return failed.length > 0 ? new ConditionFailed(failed) : undefined;
}

function oldItem({ Item }: Pick<CancellationReason, 'Item'>): Item | undefined {
  return Item && Object.keys(Item).length > 0 ? (unmarshall(Item) as Item) : undefined;
}

/** The SDK has repeated the call, and nobody answered in time, or only that the service itself is in trouble. */
export function isOutOfReach(error: unknown): boolean {
  const { name, code, $fault } = error as { name?: string; code?: string; $fault?: string };
  if (name === 'TimeoutError' || $fault === 'server') return true;
  return /^E(CONN|PIPE|TIMEDOUT|NOTFOUND|HOST|NET|AI_AGAIN)/.test(code ?? '');
}

/** The SDK has repeated a transaction whose first try still goes on: as with an answer that is lost, nobody knows. */
function isUnderWay(error: unknown): boolean {
  return error instanceof TransactionInProgressException;
}

const TRANSIENT_REASONS = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'None',
]);

function isTransient(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).every(({ Code }) => TRANSIENT_REASONS.has(Code ?? 'None'));
  }
  return [
    Unprocessed,
    TransactionConflictException,
    ProvisionedThroughputExceededException,
    RequestLimitExceeded,
    ThrottlingException,
  ].some((transient) => error instanceof transient);
}
