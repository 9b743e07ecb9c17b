/** A store at one of whose transactions the process dies, before or after it. */

import type { Store } from '../../../functions/ports/store.ts';

export interface DyingStore {
  store: Store;
  /** Transactions that have begun. */
  writes(): number;
  /** @param write the number of the transaction, counted from now */
  dieAt(write: number, when: 'before' | 'after'): void;
}

export const died = () => new Error('the process died');

/** @param service whose store is used */
export function dyingStore(service: { store: Store }): DyingStore {
  let writes = 0;
  let death: { write: number; when: 'before' | 'after' } | undefined;
  return {
    store: {
      ...service.store,
      async commit(all) {
        const dies = ++writes === death?.write ? death.when : undefined;
        if (dies === 'before') throw died();
        await service.store.commit(all);
        if (dies === 'after') throw died();
      },
    },
    writes: () => writes,
    dieAt: (write, when) => {
      death = { write: writes + write, when };
    },
  };
}
