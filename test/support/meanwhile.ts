/** A store on which others come in between the look of a request and its write. */

import type { Store, Write } from '../../functions/ports/store.ts';

/**
 * @param act what the others do, once
 * @param isIt the commit just before which they do it; the first without
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
