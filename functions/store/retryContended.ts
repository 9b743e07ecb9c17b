/** Repeats a look at the store and the conditional write that follows from it, until nobody comes in between. */

import { MAX_CONTENDED_TRIES } from '../limits.ts';
import { ConditionFailed, StoreBusy } from '../ports/store.ts';

/**
 * @param attempt looks, and writes on condition that what it saw still holds; it may run several times
 * @param Contention what it throws when others came in between, and it is to look again
 * @throws StoreBusy when others came in between each time; a request is then answered 503 with `Retry-After`
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
        throw new StoreBusy('others kept getting in between', { cause: error });
    }
  }
}
