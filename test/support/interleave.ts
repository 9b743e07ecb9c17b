/** A store on which another write happens between what a request reads and what it writes. */

import type { Store } from '../../functions/ports/store.ts';
import { meanwhile } from './meanwhile.ts';

/** @returns a store that runs `act` once, just before the first commit that updates an item of `pk` or of its shards */
export function interleaved(store: Store, pk: string, act: () => Promise<unknown>): Store {
  return meanwhile(store, act, (writes) =>
    writes.some(
      (write) => 'update' in write && (write.update.pk === pk || write.update.pk.startsWith(`${pk}#`)),
    ),
  );
}
