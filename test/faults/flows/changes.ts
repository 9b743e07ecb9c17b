/** Single requests that change the tree or a mount, without a workflow. */

import type { Answer } from '../../support/call.ts';
import type { Flow } from '../play.ts';
import { mountIn, must, putKv, putSsh, takeOtp, untrue } from '../setting.ts';

const enable: Flow = {
  name: 'a mount that is enabled',
  async prepare(stage) {
    await putKv(stage, 'team/other');
    const request = ['POST', 'sys/mounts/team/deep/kv', { body: { type: 'kv' } }] as const;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('enable', ...request);
        },
        async check() {
          const again = await stage.call(...request);
          return untrue({
            'the mount exists': mountIn(await stage.tables(), 'team/deep/kv') !== undefined,
            'a successful answer is true': answer?.status !== 204 || again.status === 400,
            'the answer is a success or a 503': answer === undefined || [204, 503].includes(answer.status),
          });
        },
      };
    };
  },
};

const tune: Flow = {
  name: 'a mount that is tuned',
  async prepare(stage) {
    await putKv(stage, 'kv');
    const request = ['POST', 'sys/mounts/kv/tune', { body: { description: 'tuned' } }] as const;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('tune', ...request);
        },
        async check() {
          const at = mountIn(await stage.tables(), 'kv');
          const again = await stage.call(...request);
          return untrue({
            'an acknowledged change is stored': answer?.status !== 204 || at?.description === 'tuned',
            'it can be repeated': again.status === 204,
            'the answer is a success or a 503': answer === undefined || [204, 503].includes(answer.status),
          });
        },
      };
    };
  },
};

const namespace: Flow = {
  name: 'a namespace that is created',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/parent');
    const request = ['POST', 'sys/namespaces/child', { namespace: 'parent' }] as const;
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('create', ...request);
        },
        async check() {
          const again = await stage.call(...request);
          return untrue({
            'it can be requested again': again.status === 200,
            'there is only one': answer?.status !== 200 || answer.body.data.id === again.body.data.id,
            'the answer is a success or a 503': answer === undefined || [200, 503].includes(answer.status),
          });
        },
      };
    };
  },
};

const lease: Flow = {
  name: 'a one-time password that is issued',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    return () => {
      let otp: string | undefined;
      return {
        async act() {
          const answer = await stage.ask('creds', 'POST', 'keys/creds/web', { body: { ip: '10.1.2.3' } });
          otp = answer?.body?.data?.key;
        },
        async check() {
          const used = await stage.call('POST', 'keys/verify', { body: { otp } });
          const next = await takeOtp(stage, 'keys');
          return untrue({
            'an issued password is valid': otp === undefined || used.status === 200,
            'the next one is issued': next !== undefined,
          });
        },
      };
    };
  },
};

export const singleRequests: readonly Flow[] = [enable, tune, namespace, lease];
