/** Retries a read and the conditional write that depends on it, while other writes change the item meanwhile. */

import { MAX_CONTENDED_TRIES } from '../limits.ts';
import { ConditionFailed, StoreBusy } from '../ports/store.ts';

/**
 * @param attempt reads, and writes on the condition that nothing has changed since; it may run several times
 * @param Contention the error that it throws when another write came first
 * @throws StoreBusy after `MAX_CONTENDED_TRIES` tries; a request is then answered 503 with `Retry-After`
 */
export async function retryContended<T>(
  attempt: () => Promise<T>,
  Contention: new (...parameters: never[]) => Error = ConditionFailed,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Contention)) throw error;
      if (tries === MAX_CONTENDED_TRIES)
        throw new StoreBusy('other writes kept changing the item', { cause: error });
    }
  }
}
