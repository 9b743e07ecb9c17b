/** Moves of every kind, from the request to the last sweep. */

import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../support/call.ts';
import { stepsOf } from '../../support/machines.ts';
import { type Stored, type Tables, writeTables } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import {
  changes,
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
    const lateLease = issuedBy(await stage.tables(), 'keys')[0] as Stored;
    // A request that began before the switch writes after the sweep.
    const rewrite = await rewriting(stage, lateLease);
    const anyOpens = async (path: string) =>
      (await Promise.all(otps.map((otp) => opens(stage, path, otp)))).includes(true);
    let isRevoked: boolean | undefined;
    const begin = await moving(stage, {
      from: 'keys',
      to: 'moved/keys',
      also: async () => ({
        'no old password opens anything from the switch on': isRevoked === true,
        'no old password opens anything later': !(await anyOpens('moved/keys')),
        'a new password opens': await opens(stage, 'moved/keys', await takeOtp(stage, 'moved/keys')),
      }),
    });
    return () => {
      isRevoked = undefined;
      stage.after.set('switch', async () => {
        isRevoked = !(await anyOpens('moved/keys'));
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
          'the irrevocable lease is counted': record?.leasesIrrevocable === 1,
          'it is kept, with the reason':
            typeof leases.find(({ sk }) => sk === damaged.sk)?.irrevocable === 'string',
          'it is the only one listed': listed.length === 1 && listed[0]?.leaseId === damaged.id,
          'the other lease is deleted': leases.length === 1,
          'neither password opens anything': !(await opened()).includes(true),
        };
      },
    });
  },
};

const logins: Flow = {
  name: 'a move of an auth method with logins',
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
        'no old token is valid': !(await isValid(stage, parent)) && !(await isValid(stage, child)),
        'the password of an old token opens nothing': !(await opens(stage, 'keys', otp)),
        'the password of another token opens': await opens(stage, 'keys', rootOtp),
        'a new login succeeds': await isValid(stage, await logIn(stage, 'staff')),
        'the cubbyhole is deleted': (await stage.tables()).storage.every(({ sk }) => !sk.endsWith('/mine')),
      }),
    });
  },
};

const POLICY = '# of the builders\npath "keys/*" { capabilities = ["read"] }\n';

const policies: Flow = {
  name: 'a move that takes a policy with it',
  isShort: true,
  async prepare(stage) {
    await putKv(stage, 'keys');
    await must(stage, 'PUT', 'sys/policies/acl/builders', { body: { policy: POLICY } });
    return moving(stage, {
      from: 'keys',
      to: 'moved',
      policies: 'add',
      also: async () => {
        const { body } = await stage.call('GET', 'sys/policies/acl/builders');
        const [migration] = (await stage.tables()).migrations.filter(({ kind }) => kind === 'migration');
        const rule = 'path "moved/*" { capabilities = ["read"] }';
        const why = `# Added by the move of keys/ to moved/, migration ${migration?.pk}`;
        return {
          'the policy is written once': body.data.version === 2,
          'its text has the rule, and names the migration': body.data.policy === `${POLICY}${why}\n${rule}\n`,
          'the record has its version': migration?.policyOutcome?.changed[0]?.version === 2,
        };
      },
    });
  },
};

const takenWithPolicies: Flow = {
  name: 'a move with policies whose target is taken before the switch',
  isShort: true,
  async prepare(stage) {
    await putKv(stage, 'keys');
    await must(stage, 'PUT', 'sys/policies/acl/builders', { body: { policy: POLICY } });
    return () => ({
      async act() {
        stage.before.set('switch', () => putKv(stage, 'moved/below'));
        const body = { from: 'keys', to: 'moved', policies: 'follow' };
        await stage.ask('remount', 'POST', 'sys/remount', { body });
      },
      async check() {
        const { body } = await stage.call('GET', 'sys/policies/acl/builders');
        return untrue({
          'the policy has not changed': body.data.policy === POLICY && body.data.version === 1,
        });
      },
    });
  },
};

const taken: Flow = {
  name: 'a move whose target is taken before the switch',
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
          'what it has issued is still valid': await opens(stage, 'keys', otp),
          'there is one migration at most, and it failed':
            others.length === 0 && migration?.status !== 'success',
          'it gives the reason': !migration || migration.error.code === 'target_in_use',
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
  name: 'a mount that is moved again before the first revocation is done',
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
              'no accepted move is lost': onward?.status !== 200 || migrations.length === 2,
              'the mount is at the target of the last move': mountIn(after, place)?.uuid === uuid,
              'no old password opens anything': place === 'keys' || !(await opens(stage, place, otp)),
            }),
          ];
        },
      };
    };
  },
};

export const moves: readonly Flow[] = [
  plain,
  secrets,
  irrevocable,
  logins,
  policies,
  takenWithPolicies,
  taken,
  twice,
  onward,
];

/** The leases that a mount has issued. */
function issuedBy(tables: Tables, path: string): Stored[] {
  return tables.leases.filter(({ mountUuid }) => mountUuid === mountIn(tables, path)?.uuid);
}

/** @returns a function that writes a lease, what it owns and the entry of its token again, as they are now */
async function rewriting(stage: Stage, lease: Stored): Promise<() => Promise<void>> {
  const { storage, access } = await stage.tables();
  const belongsToIt = ({ lease: of }: Stored) => of?.path === lease.sk;
  const owned = { storage: storage.filter(belongsToIt), access: access.filter(belongsToIt) };
  return () =>
    writeTables(stage.client, { leases: [{ ...lease, issuedAt: stage.deps.clock.now() }], ...owned });
}
