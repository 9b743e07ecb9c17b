/** Creates what the demo moves: two teams with namespaces, policies, secrets, one-time passwords, users and machines. */

import { inParallel } from './inParallel.ts';
import type { Screen } from './screen.ts';
import type { Vault } from './vault.ts';

const OTPS = 3_000;
const USERS = ['ada', 'grace', 'linus'];
const LOGINS = 30;
/** A password for this run only. */
export const PASSWORD = 'correct-horse-battery-staple';
const AT_ONCE = 16;

/** A one-time password and its lease. */
export interface Otp {
  key: string;
  leaseId: string;
}

export interface World {
  otps: Otp[];
  /** Of users who have logged in. */
  userTokens: string[];
  /** Of machines that have logged in. */
  machineTokens: string[];
  roleId: string;
  secretIds: { id: string; accessor: string }[];
}

/** @param root a client with the root token in the root namespace */
export async function setUp(root: Vault, screen: Screen): Promise<World> {
  const teamA = root.in('team-a');
  await makeNamespaces(root);
  await makePolicies(root);
  await makeSecrets(teamA);
  screen.line(
    '  team-a/apps/           kv v2: one secret with four versions, metadata, check-and-set required',
  );
  const otps = await makeOtps(teamA, screen);
  screen.line(`  team-a/ssh/            ssh: ${otps.length} one-time passwords, each with its lease`);
  const userTokens = await makeUsers(teamA, screen);
  screen.line(`  team-a/auth/people/    userpass: ${USERS.length} users, ${userTokens.length} tokens`);
  const machines = await makeMachines(teamA);
  const { secretIds, machineTokens } = machines;
  screen.line(
    `  team-a/auth/machines/  approle: ${secretIds.length} secret-ids, ${machineTokens.length} tokens`,
  );
  return { otps, userTokens, ...machines };
}

async function makeNamespaces(root: Vault): Promise<void> {
  await root.write('sys/namespaces/team-a');
  await root.in('team-a').write('sys/namespaces/dev');
  await root.write('sys/namespaces/team-b');
}

/** Policies are text with paths and do not move, so each namespace gets its own. */
async function makePolicies(root: Vault): Promise<void> {
  const reader = `path "+/data/*" { capabilities = ["read"] }`;
  for (const namespace of ['team-a', 'team-a/dev', 'team-b']) {
    await root.in(namespace).write('sys/policies/acl/reader', { policy: reader });
  }
  const mover = `path "sys/remount" { capabilities = ["update"] }`;
  await root.in('team-a').write('sys/policies/acl/mover-without-sudo', { policy: mover });
}

/** One secret with everything that a move must keep. Of its versions, one is destroyed, one deleted, two are readable. */
async function makeSecrets(teamA: Vault): Promise<void> {
  await teamA.write('sys/mounts/apps', {
    type: 'kv',
    description: 'secrets of the applications',
    config: { max_lease_ttl: '24h' },
    options: { version: '2' },
  });
  await teamA.write('apps/config', { max_versions: 7, cas_required: true });
  await teamA.write('apps/metadata/billing/db', { custom_metadata: { owner: 'billing', tier: 'gold' } });
  for (const version of [1, 2, 3, 4]) {
    const data = { host: `db-${version}.example.com` };
    await teamA.write('apps/data/billing/db', { data, options: { cas: version - 1 } });
  }
  await teamA.write('apps/destroy/billing/db', { versions: [1] });
  await teamA.write('apps/delete/billing/db', { versions: [2] });
}

async function makeOtps(teamA: Vault, screen: Screen): Promise<Otp[]> {
  await teamA.write('sys/mounts/ssh', { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await teamA.write('ssh/roles/web', role);
  const { done, end } = screen.progress('issuing one-time passwords', OTPS);
  const otps = await inParallel(OTPS, AT_ONCE, () => issueOtp(teamA, 'ssh'), done);
  end();
  return otps;
}

export async function issueOtp(vault: Vault, mount: string): Promise<Otp> {
  const issued = await vault.write(`${mount}/creds/web`, { ip: '10.1.2.3' });
  return { key: issued.data.key, leaseId: issued.lease_id };
}

async function makeUsers(teamA: Vault, screen: Screen): Promise<string[]> {
  await teamA.write('sys/auth/people', { type: 'userpass' });
  for (const user of USERS) {
    await teamA.write(`auth/people/users/${user}`, { password: PASSWORD, token_policies: ['reader'] });
  }
  const { done, end } = screen.progress('logging users in', LOGINS);
  const login = (i: number) => logIn(teamA, 'people', USERS[i % USERS.length] as string);
  const tokens = await inParallel(LOGINS, AT_ONCE, login, done);
  end();
  return tokens;
}

export async function logIn(vault: Vault, mount: string, user: string): Promise<string> {
  const { auth } = await vault.as('').write(`auth/${mount}/login/${user}`, { password: PASSWORD });
  return auth.client_token;
}

/** Secret-ids with three uses each. Two of them are used once. */
async function makeMachines(teamA: Vault): Promise<Pick<World, 'machineTokens' | 'roleId' | 'secretIds'>> {
  await teamA.write('sys/auth/machines', { type: 'approle' });
  await teamA.write('auth/machines/role/builder', { secret_id_num_uses: 3, token_policies: ['reader'] });
  const { role_id: roleId } = (await teamA.read('auth/machines/role/builder/role-id')).data;
  const secretIds = await inParallel(3, 1, async () => {
    const { data } = await teamA.write('auth/machines/role/builder/secret-id', { metadata: '{"host":"ci"}' });
    return { id: data.secret_id as string, accessor: data.secret_id_accessor as string };
  });
  const machineTokens = await inParallel(2, 1, (i) =>
    logInMachine(teamA, 'machines', roleId, secretIds[i]?.id ?? ''),
  );
  return { machineTokens, roleId, secretIds };
}

export async function logInMachine(
  vault: Vault,
  mount: string,
  role: string,
  secret: string,
): Promise<string> {
  const { auth } = await vault.as('').write(`auth/${mount}/login`, { role_id: role, secret_id: secret });
  return auth.client_token;
}
