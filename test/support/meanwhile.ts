/** A store on which others come in between the look of a request and its write. */

import type { Store } from '../../functions/ports/store.ts';

/** @param act what the others do, once, just before the first commit */
export function meanwhile(store: Store, act: () => Promise<unknown>): Store {
  let isFirst = true;
  return {
    ...store,
    async commit(writes) {
      if (isFirst) {
        isFirst = false;
        await act();
      }
      await store.commit(writes);
    },
  };
}
