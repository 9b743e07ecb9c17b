/** Requests about moves: with an idempotency key, cancellations, undos and bulk runs. */

import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../support/call.ts';
import type { Stored } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import { changes, mountIn, must, opens, putKv, putSsh, takeOtp, untrue } from '../setting.ts';
import { migrationsOf, moving } from './move.ts';

const keyed: Flow = {
  name: 'a move with an idempotency key',
  async prepare(stage) {
    await putKv(stage, 'kv');
    return moving(stage, { from: 'kv', to: 'moved', key: 'once' });
  },
};

const cancellation: Flow = {
  name: 'a move that is cancelled',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otp = await takeOtp(stage, 'keys');
    stage.startsNothing = true;
    const { body } = await must(stage, 'POST', 'sys/remount', { body: { from: 'keys', to: 'moved' } });
    const id: string = body.data.migration_id;
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'keys') as Stored;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('cancel', 'POST', `sys/remount/cancel/${id}`);
        },
        async check() {
          const after = await stage.tables();
          const [migration] = migrationsOf(after, uuid);
          const isCancelled = migration?.error?.code === 'cancelled';
          const again = await stage.call('POST', `sys/remount/cancel/${id}`);
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'a successful answer is true': answer?.status !== 200 || isCancelled,
              'the answer is a success or a 503': answer === undefined || [200, 503].includes(answer.status),
              'the move was cancelled or it succeeded': isCancelled || migration?.status === 'success',
              'cancelling it again has the same outcome': again.status === (isCancelled ? 200 : 409),
              'the mount is where the record says':
                mountIn(after, isCancelled ? 'keys' : 'moved')?.uuid === uuid,
              'what it had issued is valid if it has not moved':
                (await opens(stage, 'keys', otp)) === isCancelled,
            }),
          ];
        },
      };
    };
  },
};

const undo: Flow = {
  name: 'a move that is undone',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const { body } = await must(stage, 'POST', 'sys/remount', { body: { from: 'keys', to: 'moved' } });
    await stage.recover();
    const otp = await takeOtp(stage, 'moved');
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'moved') as Stored;
    const path = `sys/remount/undo/${body.data.migration_id}`;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('undo', 'POST', path);
        },
        async check() {
          const again = await stage.call('POST', path);
          await stage.recover();
          const after = await stage.tables();
          const back = migrationsOf(after, uuid).filter(({ undoOf }) => undoOf !== undefined);
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'the first answer is a success or a 503':
                answer === undefined || [200, 503].includes(answer.status),
              'there is one migration back': back.length === 1 && back[0]?.status === 'success',
              'a repetition gets the same id': again.body?.data?.migration_id === back[0]?.pk,
              'the answer named it': answer?.status !== 200 || answer.body.data.migration_id === back[0]?.pk,
              'the mount is back, two generations higher': mountIn(after, 'keys')?.generation === 2,
              'what it had issued opens nothing': !(await opens(stage, 'keys', otp)),
            }),
          ];
        },
      };
    };
  },
};

export const bulk: Flow = {
  name: 'a bulk run with a swap',
  async prepare(stage) {
    await putKv(stage, 'kv');
    await putSsh(stage, 'keys');
    await putKv(stage, 'team/other');
    const otp = await takeOtp(stage, 'keys');
    const before = await stage.tables();
    const ends = [
      ['kv', 'keys'],
      ['keys', 'kv'],
      ['team/other', 'moved'],
    ] as const;
    const moves = ends.map(([from, to]) => ({ from, to }));
    const request = ['POST', 'sys/remount/bulk', { body: { moves, idempotency_key: 'once' } }] as const;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('bulk', ...request);
        },
        async check() {
          const again = await stage.call(...request);
          await stage.recover();
          const after = await stage.tables();
          const runs = after.migrations.filter(({ kind }) => kind === 'bulk');
          return [
            ...ends.flatMap(([from]) => changes(before, after, mountIn(before, from)?.uuid)),
            ...untrue({
              'the first answer is a success or a 503':
                answer === undefined || [200, 503].includes(answer.status),
              'there is one run, and it succeeded': runs.length === 1 && runs[0]?.status === 'success',
              'a repetition gets the same id': again.body?.data?.bulk_id === runs[0]?.pk,
              'every mount has moved to its target once': ends.every(
                ([from, to]) =>
                  mountIn(after, to)?.uuid === mountIn(before, from)?.uuid &&
                  mountIn(after, to)?.generation === 1,
              ),
              'no old password opens anything': !(await opens(stage, 'kv', otp)),
            }),
          ];
        },
      };
    };
  },
};

const failingBulk: Flow = {
  name: 'a bulk run with a move that fails',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    await putSsh(stage, 'team/keys');
    await putKv(stage, 'kv');
    const [stays, leaves] = [await takeOtp(stage, 'keys'), await takeOtp(stage, 'team/keys')];
    const before = await stage.tables();
    const moves = [
      { from: 'keys', to: 'taken' },
      { from: 'team/keys', to: 'moved/keys' },
      { from: 'kv', to: 'moved/kv' },
    ];
    const request = ['POST', 'sys/remount/bulk', { body: { moves, idempotency_key: 'once' } }] as const;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          stage.before.set('bulkChunk', () => putKv(stage, 'taken/below'));
          answer = await stage.ask('bulk', ...request);
        },
        async check() {
          const again = await stage.call(...request);
          await stage.recover();
          const after = await stage.tables();
          const [run, ...others] = after.migrations.filter(({ kind }) => kind === 'bulk');
          const uuidOf = (path: string) => mountIn(before, path)?.uuid;
          const [failed, ...alsoFailed] = migrationsOf(after, uuidOf('keys'));
          return [
            ...moves.flatMap(({ from }) => changes(before, after, uuidOf(from))),
            ...untrue({
              'the first answer is a success or a 503':
                answer === undefined || [200, 503].includes(answer.status),
              'there is one run, and it says that a move failed':
                others.length === 0 && run?.status === 'failure' && run.error.code === 'moves_failed',
              'a repetition gets the same id': again.body?.data?.bulk_id === run?.pk,
              'that move gives the reason':
                alsoFailed.length === 0 &&
                failed?.status === 'failure' &&
                failed.error.code === 'target_in_use',
              'its mount has not changed at all': isDeepStrictEqual(
                mountIn(before, 'keys'),
                mountIn(after, 'keys'),
              ),
              'the other mounts have moved to their targets once': moves
                .slice(1)
                .every(
                  ({ from, to }) =>
                    mountIn(after, to)?.uuid === uuidOf(from) && mountIn(after, to)?.generation === 1,
                ),
              'what that mount has issued is still valid': await opens(stage, 'keys', stays),
              'what another mount has issued is revoked': !(await opens(stage, 'moved/keys', leaves)),
            }),
          ];
        },
      };
    };
  },
};

const bulkCancellation: Flow = {
  name: 'a bulk run that is cancelled',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    await putKv(stage, 'kv');
    const otp = await takeOtp(stage, 'keys');
    stage.startsNothing = true;
    const moves = [
      { from: 'keys', to: 'moved/keys' },
      { from: 'kv', to: 'moved/kv' },
    ];
    const { body } = await must(stage, 'POST', 'sys/remount/bulk', { body: { moves } });
    const path = `sys/remount/bulk/cancel/${body.data.bulk_id}`;
    const before = await stage.tables();
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('cancel', 'POST', path);
        },
        async check() {
          const after = await stage.tables();
          const run = after.migrations.find(({ kind }) => kind === 'bulk');
          const isCancelled = run?.error?.code === 'cancelled';
          const again = await stage.call('POST', path);
          return [
            ...moves.flatMap(({ from }) => changes(before, after, mountIn(before, from)?.uuid)),
            ...untrue({
              'a successful answer is true': answer?.status !== 200 || isCancelled,
              'the answer is a success or a 503': answer === undefined || [200, 503].includes(answer.status),
              'it was cancelled or all mounts have moved': isCancelled || run?.status === 'success',
              'cancelling it again has the same outcome': again.status === (isCancelled ? 200 : 409),
              'the mounts are where the record says': moves.every(
                ({ from, to }) =>
                  mountIn(after, isCancelled ? from : to)?.uuid === mountIn(before, from)?.uuid,
              ),
              'a cancelled run has no migrations':
                !isCancelled || after.migrations.every(({ kind }) => kind !== 'migration'),
              'what they had issued is valid if they have not moved':
                (await opens(stage, isCancelled ? 'keys' : 'moved/keys', otp)) === isCancelled,
            }),
          ];
        },
      };
    };
  },
};

export const orders: readonly Flow[] = [keyed, cancellation, undo, bulk, failingBulk, bulkCancellation];
