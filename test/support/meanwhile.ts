/** A store on which something else happens between the read of a request and its write. */

import type { Store, Write } from '../../functions/ports/store.ts';

/**
 * @param act is run once, just before a commit
 * @param isIt chooses that commit; the first one by default
 */
export function meanwhile(
  store: Store,
  act: () => Promise<unknown>,
  isIt: (writes: Write[]) => boolean = () => true,
): Store {
  let isFirst = true;
  return {
    ...store,
    async commit(writes) {
      if (isFirst && isIt(writes)) {
        isFirst = false;
        await act();
      }
      await store.commit(writes);
    },
  };
}
