/** Bulk runs of numbered mounts, for the tests of one file, and a store that lets something happen in between. */

import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type ChunkPart, chunkStep } from '../../functions/bulk/chunkStep.ts';
import { locate } from '../../functions/mounts/locate.ts';
import type { Mount } from '../../functions/mounts/mount.ts';
import type { Store } from '../../functions/ports/store.ts';
import { placeMount } from '../support/place.ts';
import { type BulkService, bulkService } from './bulkService.ts';

export interface ManyMounts extends Omit<BulkService, 'root' | 'stop'> {
  /** What the paths of the running test begin with. */
  readonly name: string;
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

/** Serves the tests of the file that asks for it, from the first to the last. */
export function manyMounts(): ManyMounts {
  let service: BulkService;
  let name: string;
  beforeAll(async () => {
    service = await bulkService();
  });
  beforeEach(() => {
    name = service.deps.ids.base62(8);
  });
  afterAll(() => service.stop());
  return {
    get deps() {
      return service.deps;
    },
    get name() {
      return name;
    },
    call: (...asked) => service.call(...asked),
    start: (...asked) => service.start(...asked),
    info: (...asked) => service.info(...asked),
    place: (count) =>
      Promise.all(Array.from({ length: count }, (_, i) => placeMount(service.deps, `${name}-${i}/`))),
    moves: (count, to = (i) => `new-${i}`) =>
      Array.from({ length: count }, (_, i) => ({ from: `${name}-${i}`, to: `${name}-${to(i)}` })),
    uuidAt: async (path) => (await locate(service.deps.store, `${name}-${path}`)).mount?.uuid,
    async rowsOf(id) {
      const { body } = await service.call('LIST', `sys/remount/bulk/${id}`);
      return body.data.keys.map((key: string) => body.data.key_info[key]);
    },
    meddling(before) {
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
    carryOut(id, store) {
      const { deps } = service;
      return chunkStep({ ...deps, store }, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
    },
  };
}
