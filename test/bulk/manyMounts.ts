/** Bulk runs of numbered mounts, and a store that lets something happen in between. */

import { beforeEach } from 'vitest';
import { bulkChunkStep, type ChunkPart } from '../../functions/bulk/steps.ts';
import type { Store } from '../../functions/ports/store.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { placeMount } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { type BulkService, bulkService } from './bulkService.ts';

export interface ManyMounts extends BulkService {
  /** What the paths of the running test begin with. */
  name: string;
  /** Places mounts of the numbers from 0 on. */
  place(count: number): Promise<Mount[]>;
  /** A move of each of them, by its number. */
  moves(count: number, to?: (i: number) => string): { from: string; to: string }[];
  uuidAt(path: string): Promise<string | undefined>;
  /** What is told of each move of a run. */
  rowsOf(id: string): Promise<Record<string, unknown>[]>;
  /** A store that does something else before its transactions of a certain number. */
  meddling(before: (commit: number) => Promise<unknown> | undefined): Store;
  /** Makes the first chunk of a run on such a store. */
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
