/** Lets something else happen between what a request has read and what it writes. */

import type { Store } from '../../functions/ports/store.ts';

/**
 * A store whose first commit that touches `pk` waits for `meanwhile` to be done, so that it writes on what it read
 * before.
 */
export function interleaved(store: Store, pk: string, meanwhile: () => Promise<unknown>): Store {
  let pending = true;
  return {
    ...store,
    async commit(writes) {
      const touches = writes.some(
        (write) => 'update' in write && (write.update.pk === pk || write.update.pk.startsWith(`${pk}#`)),
      );
      if (pending && touches) {
        pending = false;
        await meanwhile();
      }
      await store.commit(writes);
    },
  };
}
