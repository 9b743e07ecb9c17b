/** Events that ask for a move: one migration for each, however often it comes. */

import { isDeepStrictEqual } from 'node:util';
import { type Requested, startRequested } from '../../../functions/events/requestedRemount.ts';
import type { Stored } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import { changes, mountIn, must, putKv, putMaker, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';
import { migrationsOf } from './move.ts';

/** @returns what brings one and the same event, each time it is called */
function bringingOf({ deps }: Stage, detail: object): () => Promise<Requested> {
  const event = { id: deps.ids.uuid(), account: '111122223333', detail };
  return () => startRequested(deps, event, ['maker']);
}

const requested: Flow = {
  name: 'a move that an event asks for',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/a');
    await putMaker(stage, 'a');
    await putKv(stage, 'kv', 'a');
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'kv') as Stored;
    const bringing = bringingOf(stage, { from: 'kv', to: 'moved', namespace: 'a' });
    return () => {
      let outcome: Requested | undefined;
      return {
        async act() {
          outcome = await stage.bring('remountRequested', bringing);
        },
        async check() {
          const again = await bringing();
          await stage.recover();
          const after = await stage.tables();
          const [migration, ...others] = migrationsOf(after, uuid);
          const moved = mountIn(after, 'moved');
          await must(stage, 'POST', 'sys/remount', { namespace: 'a', body: { from: 'moved', to: 'kv' } });
          await stage.recover();
          const late = await bringing();
          await stage.recover();
          const started = { migration_id: migration?.pk };
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'there is one migration for one event, and it succeeded':
                others.length === 0 && migration?.status === 'success',
              'the same event is told of the same migration': isDeepStrictEqual(again, started),
              'what was told is so': outcome === undefined || isDeepStrictEqual(outcome, started),
              'the mount was moved once': moved?.generation === 1,
              'it is told the same, and moves nothing, when the mount is back':
                isDeepStrictEqual(late, started) && mountIn(await stage.tables(), 'kv')?.generation === 2,
            }),
          ];
        },
      };
    };
  },
};

const requestedBulk: Flow = {
  name: 'a bulk run that an event asks for',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/a');
    await putMaker(stage, 'a');
    await putKv(stage, 'kv', 'a');
    await putKv(stage, 'other', 'a');
    const before = await stage.tables();
    const moves = [
      { from: 'kv', to: 'other' },
      { from: 'other', to: 'kv' },
    ];
    const bringing = bringingOf(stage, { moves, namespace: 'a' });
    return () => {
      let outcome: Requested | undefined;
      return {
        async act() {
          outcome = await stage.bring('remountRequested', bringing);
        },
        async check() {
          const again = await bringing();
          await stage.recover();
          const after = await stage.tables();
          const [run, ...others] = after.migrations.filter(({ kind }) => kind === 'bulk');
          const started = { bulk_id: run?.pk };
          return [
            ...moves.flatMap(({ from }) => changes(before, after, mountIn(before, from)?.uuid)),
            ...untrue({
              'there is one run for one event, and it succeeded':
                others.length === 0 && run?.status === 'success',
              'the same event is told of the same run': isDeepStrictEqual(again, started),
              'what was told is so': outcome === undefined || isDeepStrictEqual(outcome, started),
              'each mount was moved once': moves.every(
                ({ from, to }) =>
                  mountIn(after, to)?.uuid === mountIn(before, from)?.uuid &&
                  mountIn(after, to)?.generation === 1,
              ),
            }),
          ];
        },
      };
    };
  },
};

export const requests: readonly Flow[] = [requested, requestedBulk];
