/** Events that request a move: one migration for each event, however often it is delivered. */

import { isDeepStrictEqual } from 'node:util';
import { type Requested, startRequested } from '../../../functions/events/requestedRemount.ts';
import type { Stored } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import { changes, mountIn, must, putKv, putMaker, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';
import { migrationsOf } from './move.ts';

/** @returns a function that delivers the same event each time */
function deliveryOf({ deps }: Stage, detail: object): () => Promise<Requested> {
  const event = { id: deps.ids.uuid(), account: '111122223333', detail };
  return () => startRequested(deps, event, ['maker']);
}

const requested: Flow = {
  name: 'a move that an event requests',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/a');
    await putMaker(stage, 'a');
    await putKv(stage, 'kv', 'a');
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'kv') as Stored;
    const deliver = deliveryOf(stage, { from: 'kv', to: 'moved', namespace: 'a' });
    return () => {
      let outcome: Requested | undefined;
      return {
        async act() {
          outcome = await stage.invokeWithRetries('remountRequested', deliver);
        },
        async check() {
          const again = await deliver();
          await stage.recover();
          const after = await stage.tables();
          const [migration, ...others] = migrationsOf(after, uuid);
          const moved = mountIn(after, 'moved');
          await must(stage, 'POST', 'sys/remount', { namespace: 'a', body: { from: 'moved', to: 'kv' } });
          await stage.recover();
          const late = await deliver();
          await stage.recover();
          const started = { migration_id: migration?.pk };
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'there is one migration for one event, and it succeeded':
                others.length === 0 && migration?.status === 'success',
              'the same event gets the same migration': isDeepStrictEqual(again, started),
              'the first outcome is true': outcome === undefined || isDeepStrictEqual(outcome, started),
              'the mount was moved once': moved?.generation === 1,
              'it gets the same migration, and moves nothing, after the mount has moved back':
                isDeepStrictEqual(late, started) && mountIn(await stage.tables(), 'kv')?.generation === 2,
            }),
          ];
        },
      };
    };
  },
};

const requestedBulk: Flow = {
  name: 'a bulk run that an event requests',
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
    const deliver = deliveryOf(stage, { moves, namespace: 'a' });
    return () => {
      let outcome: Requested | undefined;
      return {
        async act() {
          outcome = await stage.invokeWithRetries('remountRequested', deliver);
        },
        async check() {
          const again = await deliver();
          await stage.recover();
          const after = await stage.tables();
          const [run, ...others] = after.migrations.filter(({ kind }) => kind === 'bulk');
          const started = { bulk_id: run?.pk };
          return [
            ...moves.flatMap(({ from }) => changes(before, after, mountIn(before, from)?.uuid)),
            ...untrue({
              'there is one run for one event, and it succeeded':
                others.length === 0 && run?.status === 'success',
              'the same event gets the same run': isDeepStrictEqual(again, started),
              'the first outcome is true': outcome === undefined || isDeepStrictEqual(outcome, started),
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
