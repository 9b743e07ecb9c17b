/** A repeated request for a move during its switch, while queries show part of it (docs/decisions.md, 12). */

import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item, Range, Ref, Store } from '../../functions/ports/store.ts';
import { treeKey } from '../../functions/store/keys.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { rootToken } from '../support/tokens.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let token: string;

beforeAll(async () => {
  service = await remountService();
  token = await rootToken(service.deps);
});
afterAll(() => service.deps.stop());

/** Whether queries show each end before or after the switch. */
interface Seen {
  source: 'before' | 'after';
  target: 'before' | 'after';
}

interface Ends {
  source: Ref;
  target: Ref;
  /** The mount at the source, before the switch. */
  mount: Item | undefined;
}

/** A store in the middle of the switch: single reads show the state before it, until `isOver`. */
function inTheMiddle(
  store: Store,
  { source, target, mount }: Ends,
  seen: Seen,
  isOver: () => boolean,
): Store {
  const isAt = (place: Ref, { table, pk, sk }: Ref) =>
    place.table === table && place.pk === pk && place.sk === sk;
  return {
    ...store,
    async get(ref) {
      if (!isOver() && isAt(source, ref)) return mount;
      if (!isOver() && isAt(target, ref)) return undefined;
      return store.get(ref);
    },
    async query(range: Range) {
      const items = await store.query(range);
      if (isOver() || range.table !== 'mounts') return items;
      if (seen.source === 'before' && range.atMost === source.sk && mount) return [mount];
      return seen.target === 'before' ? items.filter(({ sk }) => sk !== target.sk) : items;
    },
  };
}

describe.each<Seen>([
  { source: 'before', target: 'before' },
  { source: 'before', target: 'after' },
  { source: 'after', target: 'before' },
  { source: 'after', target: 'after' },
])(
  'a repeated request, while queries show the source as $source the switch and the target as $target it',
  (seen) => {
    interface Repeated {
      id: string;
      ends: Ends;
      path: string;
      body: object;
    }

    /** Carries out a migration. @returns the request to repeat, and the ends of the move */
    const asked: Record<string, (name: string) => Promise<Repeated>> = {
      async remount(name) {
        await placeMount(service.deps, `${name}/`);
        const ends = await endsOf(`${name}/`, `${name}-moved/`);
        const id = await service.move(name, `${name}-moved`);
        return { id, ends, path: 'sys/remount', body: { from: name, to: `${name}-moved` } };
      },
      async undo(name) {
        await placeMount(service.deps, `${name}/`);
        const path = `sys/remount/undo/${await service.move(name, `${name}-moved`)}`;
        const ends = await endsOf(`${name}-moved/`, `${name}/`);
        const id = (await service.call('POST', path)).body.data.migration_id;
        await runMigration(service.deps, id);
        return { id, ends, path, body: {} };
      },
    };

    async function endsOf(from: string, to: string): Promise<Ends> {
      const source = treeKey('root', from);
      return { source, target: treeKey('root', to), mount: await service.deps.store.get(source) };
    }

    function during(ends: Ends, isOver: () => boolean): Caller {
      const store = inTheMiddle(service.deps.store, ends, seen, isOver);
      return caller({ ...service.deps, store }, vaultApi, token);
    }

    it.each(Object.entries(asked))(
      'gets the id of the first, however long the switch takes (%s)',
      async (_, carryOut) => {
        const { id, ends, path, body } = await carryOut(service.deps.ids.base62(8));
        const answer = await during(ends, () => false)('POST', path, { body });
        expect(answer.body).toMatchObject({ data: { migration_id: id } });
      },
    );

    it.each(Object.entries(asked))(
      'gets it when the switch ends between any two reads (%s)',
      async (_, carryOut) => {
        const { id, ends, path, body } = await carryOut(service.deps.ids.base62(8));
        for (let reads = 0; reads < 12; reads++) {
          let left = reads;
          const answer = await during(ends, () => left-- <= 0)('POST', path, { body });
          expect(answer.body, `after ${reads} reads`).toMatchObject({ data: { migration_id: id } });
        }
      },
    );
  },
);

describe('a target that the mount itself is in the way of', () => {
  it.each(['', '/below', '/..'])(
    'is refused, also when the mount leaves between the reads of source and target (%s)',
    async (relative) => {
      const name = service.deps.ids.base62(8);
      const from = `${name}/source`;
      const to = path.posix.join(from, relative);
      await placeMount(service.deps, `${from}/`);
      const away = await service.call('POST', 'sys/remount', { body: { from, to: `${name}-moved` } });
      const store: Store = {
        ...service.deps.store,
        async query(range) {
          const isOfTarget = range.atMost === `${to}/\u{10FFFF}`;
          if (isOfTarget) await runMigration(service.deps, away.body.data.migration_id);
          return service.deps.store.query(range);
        },
      };
      const answer = await caller({ ...service.deps, store }, vaultApi, token)('POST', 'sys/remount', {
        body: { from, to },
      });
      // The second look shows that the mount has left.
      expect(answer.body).toEqual({ errors: [`no matching mount at "${from}/"`] });
    },
  );
});
