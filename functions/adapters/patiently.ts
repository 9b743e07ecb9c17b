/** Retries of DynamoDB calls that the SDK does not make, and the mapping of its exceptions to the store's errors. */

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
import { FIRST_RETRY_PAUSE_MS, MAX_CALL_TRIES, MAX_RETRY_PAUSE_MS } from '../limits.ts';
import type { Clock } from '../ports/deps.ts';
import { ConditionFailed, type FailedWrite, type Item, type Ref, StoreBusy } from '../ports/store.ts';

/** Thrown if a batch has unprocessed items. The retry sends only these. */
export class Unprocessed extends Error {}

/**
 * Retries a call that conflicts with others or is throttled, with full jitter. The SDK itself retries neither
 * transaction conflicts nor unprocessed keys (architecture §3).
 * @param refs the keys of the writes of the call, in their order
 */
export async function patiently<T>(clock: Clock, call: () => Promise<T>, refs: Ref[] = []): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const failed = conditionFailed(error, refs);
      if (failed) throw failed;
      if (isOutOfReach(error) || isInProgress(error))
        throw new StoreBusy('the store does not answer', { cause: error });
      if (!isTransient(error)) throw error;
      if (attempt === MAX_CALL_TRIES) throw new StoreBusy('the store is busy', { cause: error });
      await clock.sleep(Math.random() * Math.min(MAX_RETRY_PAUSE_MS, FIRST_RETRY_PAUSE_MS * 2 ** attempt));
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

/** Whether there was no answer in time, or a server error, even after the SDK's retries. */
export function isOutOfReach(error: unknown): boolean {
  const { name, code, $fault } = error as { name?: string; code?: string; $fault?: string };
  if (name === 'TimeoutError' || $fault === 'server') return true;
  return /^E(CONN|PIPE|TIMEDOUT|NOTFOUND|HOST|NET|AI_AGAIN)/.test(code ?? '');
}

/** Whether an earlier try of the same transaction is still in progress. As with a lost answer, its result is unknown. */
function isInProgress(error: unknown): boolean {
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
