/** Moves of every kind, from the request to the sweep behind them. */

import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../support/call.ts';
import { stepsOf } from '../../support/machines.ts';
import { type Stored, type Tables, writeTables } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import {
  changes,
  isGood,
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
import type { Stage } from '../stage.ts';
import { migrationsOf, moving } from './move.ts';

const plain: Flow = {
  name: 'a move that has nothing to revoke, across namespaces',
  isShort: true,
  async prepare(stage) {
    await must(stage, 'POST', 'sys/namespaces/a');
    await must(stage, 'POST', 'sys/namespaces/b');
    await putKv(stage, 'team/deep/kv', 'a');
    await putKv(stage, 'team/other', 'a');
    return moving(stage, {
      from: 'a/team/deep/kv',
      to: 'b/moved/kv',
      source: 'team/deep/kv',
      target: 'moved/kv',
      also: async () => ({
        'its secret is read at the target':
          (await stage.call('GET', 'b/moved/kv/colour')).body.data.is === 'blue',
        'nothing answers at the source': (await stage.call('GET', 'a/team/deep/kv/colour')).status === 404,
      }),
    });
  },
};

const secrets: Flow = {
  name: 'a move of a mount that has issued one-time passwords',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otps = [await takeOtp(stage, 'keys'), await takeOtp(stage, 'keys')];
    const straggler = issuedBy(await stage.tables(), 'keys')[0] as Stored;
    // A request that began before the switch writes behind the sweep.
    const rewrite = await rewriting(stage, straggler);
    const good = async (path: string) =>
      (await Promise.all(otps.map((otp) => opens(stage, path, otp)))).includes(true);
    let isCutOff: boolean | undefined;
    const begin = await moving(stage, {
      from: 'keys',
      to: 'moved/keys',
      also: async () => ({
        'no old password opens anything from the switch on': isCutOff === true,
        'nor later': !(await good('moved/keys')),
        'a new one does': await opens(stage, 'moved/keys', await takeOtp(stage, 'moved/keys')),
      }),
    });
    return () => {
      isCutOff = undefined;
      stage.after.set('switch', async () => {
        isCutOff = !(await good('moved/keys'));
      });
      stage.before.set('close', rewrite);
      return begin();
    };
  },
};

const irrevocable: Flow = {
  name: 'a move of a mount with a lease that cannot be revoked',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otps = [await takeOtp(stage, 'keys'), await takeOtp(stage, 'keys')];
    const [{ owns: _, ...damaged }] = issuedBy(await stage.tables(), 'keys') as [Stored];
    await writeTables(stage.client, { leases: [damaged as Stored] });
    const opened = () => Promise.all(otps.map((otp) => opens(stage, 'moved', otp)));
    return moving(stage, {
      from: 'keys',
      to: 'moved',
      also: async () => {
        const { leases, migrations } = await stage.tables();
        const listed = migrations.filter(({ kind }) => kind === 'irrevocable');
        const record = migrations.find(({ kind }) => kind === 'migration');
        return {
          'it is counted': record?.leasesIrrevocable === 1,
          'it is kept, and says why':
            typeof leases.find(({ sk }) => sk === damaged.sk)?.irrevocable === 'string',
          'it is listed, and no other is': listed.length === 1 && listed[0]?.leaseId === damaged.id,
          'the other is gone': leases.length === 1,
          'neither opens anything': !(await opened()).includes(true),
        };
      },
    });
  },
};

const logins: Flow = {
  name: 'a move of an auth method that has let people in',
  async prepare(stage) {
    await putUsers(stage, 'people');
    await putSsh(stage, 'keys');
    const parent = await logIn(stage, 'people');
    const made = await must(stage, 'POST', 'auth/token/create', {
      token: parent,
      body: { policies: ['maker'] },
    });
    const child: string = made.body.auth.client_token;
    const otp = await takeOtp(stage, 'keys', { token: child });
    const rootOtp = await takeOtp(stage, 'keys');
    await must(stage, 'POST', 'cubbyhole/mine', { token: parent, body: { is: 'hidden' } });
    return moving(stage, {
      from: 'auth/people',
      to: 'auth/staff',
      also: async () => ({
        'no old token is good': !(await isGood(stage, parent)) && !(await isGood(stage, child)),
        'what they held opens nothing': !(await opens(stage, 'keys', otp)),
        'what others hold does': await opens(stage, 'keys', rootOtp),
        'people are let in again': await isGood(stage, await logIn(stage, 'staff')),
        'the cubbyhole is gone': (await stage.tables()).storage.every(({ sk }) => !sk.endsWith('/mine')),
      }),
    });
  },
};

const taken: Flow = {
  name: 'a move whose target is taken meanwhile',
  isShort: true,
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otp = await takeOtp(stage, 'keys');
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'keys') as Stored;
    return () => ({
      async act() {
        stage.before.set('switch', () => putKv(stage, 'moved/below'));
        await stage.ask('remount', 'POST', 'sys/remount', { body: { from: 'keys', to: 'moved' } });
      },
      async check() {
        const after = await stage.tables();
        const [migration, ...others] = migrationsOf(after, uuid);
        return untrue({
          'the mount has not changed at all': isDeepStrictEqual(
            mountIn(before, 'keys'),
            mountIn(after, 'keys'),
          ),
          'what it has issued is good': await opens(stage, 'keys', otp),
          'there is one migration at most, and it failed':
            others.length === 0 && migration?.status !== 'success',
          'it tells why': !migration || migration.error.code === 'target_in_use',
        });
      },
    });
  },
};

const twice: Flow = {
  name: 'two executions of one move at once',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otp = await takeOtp(stage, 'keys');
    const again = async () => {
      const id = migrationsOf(await stage.tables(), mountIn(await stage.tables(), 'keys')?.uuid)[0]?.pk;
      await stepsOf(stage.deps)('switch', { id });
    };
    const begin = await moving(stage, {
      from: 'keys',
      to: 'moved',
      also: async () => ({ 'no old password opens anything': !(await opens(stage, 'moved', otp)) }),
    });
    return () => {
      stage.before.set('switch', again);
      return begin();
    };
  },
};

const onward: Flow = {
  name: 'a mount that is moved on before what it had issued is revoked',
  async prepare(stage) {
    await putSsh(stage, 'keys');
    const otp = await takeOtp(stage, 'keys');
    const before = await stage.tables();
    const { uuid } = mountIn(before, 'keys') as Stored;
    return () => {
      let onward: Answer | undefined;
      stage.after.set('switch', async () => {
        onward = await stage.ask('remount', 'POST', 'sys/remount', {
          body: { from: 'halfway', to: 'moved' },
        });
        await stage.runExecutions();
      });
      return {
        async act() {
          await stage.ask('remount', 'POST', 'sys/remount', { body: { from: 'keys', to: 'halfway' } });
        },
        async check() {
          const after = await stage.tables();
          const migrations = migrationsOf(after, uuid);
          const place = ['keys', 'halfway', 'moved'][migrations.length] as string;
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'each move is a success': migrations.every(({ status }) => status === 'success'),
              'none is lost that was promised': onward?.status !== 200 || migrations.length === 2,
              'the mount is where the last one took it': mountIn(after, place)?.uuid === uuid,
              'no old password opens anything': place === 'keys' || !(await opens(stage, place, otp)),
            }),
          ];
        },
      };
    };
  },
};

export const moves: readonly Flow[] = [plain, secrets, irrevocable, logins, taken, twice, onward];

/** The leases that a mount has given. */
function issuedBy(tables: Tables, path: string): Stored[] {
  return tables.leases.filter(({ mountUuid }) => mountUuid === mountIn(tables, path)?.uuid);
}

/** Writes a lease, what it owns and its holder's entry again as they are now, some time later. */
async function rewriting(stage: Stage, lease: Stored): Promise<() => Promise<void>> {
  const { storage, access } = await stage.tables();
  const isOfIt = ({ lease: of }: Stored) => of?.path === lease.sk;
  const withIt = { storage: storage.filter(isOfIt), access: access.filter(isOfIt) };
  return () =>
    writeTables(stage.client, { leases: [{ ...lease, issuedAt: stage.deps.clock.now() }], ...withIt });
}
