/** A move that leaves an alias, and the requests that end and renew one. */

import type { Answer } from '../../support/call.ts';
import type { Flow } from '../play.ts';
import { mountIn, must, opens, putKv, putSsh, takeOtp, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';
import { moving } from './move.ts';

const left: Flow = {
  name: 'a move that leaves an alias into another namespace, until that has ended',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/a');
    await putSsh(stage, 'keys');
    const otp = await takeOtp(stage, 'keys');
    let isServed: boolean | undefined;
    let through: string | undefined;
    const begin = await moving(stage, {
      from: 'keys',
      to: 'a/moved',
      target: 'moved',
      alias: '1h',
      also: async () => ({
        'the source answers from the switch on': isServed !== false,
        'nothing answers there after its end': (await stage.call('GET', 'keys/roles/web')).status === 404,
        'no old password opens anything': !(await opens(stage, 'moved', otp, 'a')),
        'no password from the alias opens anything after its end':
          through === undefined || !(await opens(stage, 'moved', through, 'a')),
        'the mount has no alias left': !mountIn(await stage.tables(), 'moved')?.aliases?.length,
      }),
    });
    return () => {
      isServed = through = undefined;
      stage.after.set('switch', async () => {
        // Only if the mount has moved: a switch that failed is repeated.
        if (mountIn(await stage.tables(), 'keys')) return;
        isServed = (await stage.call('GET', 'keys/roles/web')).status === 200;
        through = await takeOtp(stage, 'keys');
      });
      return begin();
    };
  },
};

/** A kv mount at `moved` with an alias at `kv`. */
async function aliased(stage: Stage): Promise<void> {
  await putKv(stage, 'kv');
  await must(stage, 'POST', 'sys/remount', { body: { from: 'kv', to: 'moved', alias_ttl: '48h' } });
  await stage.runExecutions();
}

const ended: Flow = {
  name: 'an alias that is ended',
  isShort: true,
  async prepare(stage) {
    await aliased(stage);
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('end', 'DELETE', 'sys/remount/aliases/kv');
        },
        async check() {
          return untrue({
            'the answer is a success, a 404 of a repetition or a 503':
              answer === undefined || [204, 404, 503].includes(answer.status),
            'nothing answers there': (await stage.call('GET', 'kv/colour')).status === 404,
            'the mount answers at its place':
              (await stage.call('GET', 'moved/colour')).body.data.is === 'blue',
            'its path is free':
              (await stage.call('POST', 'sys/mounts/kv', { body: { type: 'kv' } })).status < 300,
          });
        },
      };
    };
  },
};

const renewed: Flow = {
  name: 'an alias that is renewed',
  isShort: true,
  async prepare(stage) {
    await aliased(stage);
    return () => {
      let answer: Answer | undefined;
      let until: number | undefined;
      return {
        async act() {
          answer = await stage.ask('renew', 'POST', 'sys/remount/aliases/kv', { body: { ttl: '1h' } });
          const entry = (await stage.tables()).mounts.find(({ kind }) => kind === 'alias');
          const listed = mountIn(await stage.tables(), 'moved')?.aliases?.[0];
          until = entry?.until === listed?.until ? entry?.until : Number.NaN;
        },
        async check() {
          return untrue({
            'the answer is a success or a 503': answer === undefined || [200, 503].includes(answer.status),
            'the mount and its alias know the same end': !Number.isNaN(until),
            // A fault lets a fraction of a millisecond pass.
            'a success has shortened it':
              answer?.status !== 200 || Math.abs(Date.parse(answer.body.data.end_time) - (until ?? 0)) < 1,
          });
        },
      };
    };
  },
};

export const aliasMoves: readonly Flow[] = [left];
export const aliasRequests: readonly Flow[] = [ended, renewed];
