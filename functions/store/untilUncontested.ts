/** Repeats a look at the store and the conditional write that follows from it, until nobody comes in between. */

import { ConditionFailed, StoreBusy } from '../ports/store.ts';

const MAX_TRIES = 16;

/**
 * @param attempt is begun anew when it throws ConditionFailed
 * @throws VaultError 503 when others kept getting in the way
 */
export async function untilUncontested<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (tries === MAX_TRIES) throw new StoreBusy('others kept getting in between', { cause: error });
    }
  }
}
