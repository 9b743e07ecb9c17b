/** Bulk runs of numbered mounts, and a store that runs something else before a transaction. */

import { beforeEach } from 'vitest';
import { bulkChunkStep, type ChunkPart } from '../../functions/bulk/steps.ts';
import type { Store } from '../../functions/ports/store.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { placeMount } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { type BulkService, bulkService } from './bulkService.ts';

export interface ManyMounts extends BulkService {
  /** The prefix of all paths of the running test. */
  name: string;
  /** Places mounts, numbered from 0. */
  place(count: number): Promise<Mount[]>;
  /** A move for each of them. */
  moves(count: number, to?: (i: number) => string): { from: string; to: string }[];
  uuidAt(path: string): Promise<string | undefined>;
  /** The rows of a run as they are listed. */
  rowsOf(id: string): Promise<Record<string, unknown>[]>;
  /** A store that calls `before` with the number of each transaction, before it commits it. */
  meddling(before: (commit: number) => Promise<unknown> | undefined): Store;
  /** Runs the step of the first chunk on such a store. */
  carryOut(id: string, store: Store): Promise<ChunkPart>;
}

export function manyMounts(): ManyMounts {
  const service = throughFile(bulkService);
  const s: ManyMounts = Object.assign(service, {
    name: '',
    place: (count: number) =>
      Promise.all(Array.from({ length: count }, (_, i) => placeMount(service.deps, `${s.name}-${i}/`))),
    moves: (count: number, to = (i: number) => `new-${i}`) =>
      Array.from({ length: count }, (_, i) => ({ from: `${s.name}-${i}`, to: `${s.name}-${to(i)}` })),
    uuidAt: async (path: string) => (await locate(service.deps.store, `${s.name}-${path}`)).mount?.uuid,
    async rowsOf(id: string) {
      const { body } = await service.call('LIST', `sys/remount/bulk/${id}`);
      return body.data.keys.map((key: string) => body.data.key_info[key]);
    },
    meddling(before: (commit: number) => Promise<unknown> | undefined): Store {
      const { store } = service.deps;
      let commits = 0;
      return {
        ...store,
        async commit(writes) {
          if (writes.length > 2) await before(++commits);
          return store.commit(writes);
        },
      };
    },
    carryOut(id: string, store: Store) {
      const { deps } = service;
      return bulkChunkStep({ ...deps, store }, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
    },
  });
  beforeEach(() => {
    s.name = s.deps.ids.base62(8);
  });
  return s;
}
