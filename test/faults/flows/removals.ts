/** Mounts that are disabled and namespaces that are deleted: nothing of them may be left or work. */

import type { Stored } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import {
  isValid,
  logIn,
  mountIn,
  must,
  opens,
  putKv,
  putSsh,
  putUsers,
  takeOtp,
  untrue,
} from '../setting.ts';

const disable: Flow = {
  name: 'a mount that is disabled',
  async prepare(stage) {
    await putSsh(stage, 'deep/keys');
    const otp = await takeOtp(stage, 'deep/keys');
    const { uuid } = mountIn(await stage.tables(), 'deep/keys') as Stored;
    return () => ({
      async act() {
        await stage.ask('disable', 'DELETE', 'sys/mounts/deep/keys');
      },
      async check() {
        const again = await stage.call('DELETE', 'sys/mounts/deep/keys');
        await stage.recover();
        const { mounts, storage, leases } = await stage.tables();
        const ofIt = [...storage, ...leases].filter(({ pk }) => pk.startsWith(uuid));
        const number = mounts.find(({ pk }) => pk === `generation#${uuid}`);
        return untrue({
          'disabling it again succeeds': again.status === 204,
          'it is in no tree': mounts.every((item) => item.uuid !== uuid),
          'it leaves no data and no leases': ofIt.length === 0,
          'its last generation has ended': number?.generation === 1,
          'its password opens nothing': !(await opens(stage, 'deep/keys', otp)),
        });
      },
    });
  },
};

export const deletion: Flow = {
  name: 'a namespace that is deleted',
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/gone');
    await must(stage, 'POST', 'sys/namespaces/stays');
    await putKv(stage, 'team/deep/kv', 'gone');
    await putUsers(stage, 'people', 'gone');
    await putSsh(stage, 'keys', 'gone');
    await putKv(stage, 'kv', 'stays');
    const token = await logIn(stage, 'people', 'gone');
    const otp = await takeOtp(stage, 'keys', { token, namespace: 'gone' });
    const before = await stage.tables();
    const { id } = before.mounts.find(({ sk }) => sk === 'gone/') as Stored;
    const uuids: string[] = before.mounts.filter(({ pk }) => pk === id).map(({ uuid }) => uuid);
    return () => ({
      async act() {
        await stage.ask('delete', 'DELETE', 'sys/namespaces/gone');
      },
      async check() {
        const again = await stage.call('DELETE', 'sys/namespaces/gone');
        const next = await stage.call('POST', 'sys/namespaces/gone');
        await stage.recover();
        const tables = await stage.tables();
        const names = [id as string, ...uuids.filter((uuid) => uuid !== undefined)];
        const left = Object.values(tables)
          .flat()
          .filter(({ pk, kind }) => !pk.startsWith('generation#') && kind !== 'claim')
          .filter((item) => names.some((name) => JSON.stringify(item).includes(name)));
        return [
          ...left.map((item) => `left of the namespace: ${item.pk} ${item.sk}`),
          ...untrue({
            'deleting it again succeeds': again.status === 200,
            'its name is free at once': next.status === 200 && next.body.data.id !== id,
            'its token is not valid': !(await isValid(stage, token, 'gone')),
            'its password opens nothing': !(await opens(stage, 'keys', otp, 'gone')),
            'no mount of it answers': (await stage.call('GET', 'gone/team/deep/kv/colour')).status === 404,
            'its sibling still answers': (await stage.call('GET', 'stays/kv/colour')).status === 200,
          }),
        ];
      },
    });
  },
};

export const removals: readonly Flow[] = [disable, deletion];
