/** The state after the moves: the data is unchanged, old credentials are no longer valid, new ones work. */

import { isDeepStrictEqual } from 'node:util';
import { type Checks, oneLine } from './checks.ts';
import { inParallel } from './inParallel.ts';
import type { MountState } from './mountState.ts';
import { fullPath, MOUNTS } from './mounts.ts';
import type { Screen } from './screen.ts';
import { issueOtp, logIn, logInMachine, type Otp, type World } from './setUp.ts';
import { type Answer, errorText, type Vault } from './vault.ts';

/** How many old one-time passwords and leases are checked, spread evenly over all of them. */
const SAMPLE = 100;
const AT_ONCE = 8;

/** @param before the state of each of `MOUNTS` before it was moved */
export async function showAfter(
  root: Vault,
  world: World,
  before: readonly MountState[],
  screen: Screen,
  checks: Checks,
): Promise<void> {
  for (const [i, mount] of MOUNTS.entries()) {
    const { first, last, probe } = mount;
    const was = before[i] ?? {};
    const is = await mount.readState(root.in(last.namespace), last.path, world);
    screen.title(mount.title);
    screen.table(sideBySide(mount.shown, [fullPath(first), was], [fullPath(last), is]));
    checks.same(`values that differ, of ${Object.keys(was).length}`, [], different(was, is));
    const atSource = await root.in(first.namespace).call('GET', `${first.path}/${probe}`);
    checks.same(`${fullPath(first)}${probe}`, 404, atSource.status);
    const atTarget = await root.in(last.namespace).call('GET', `${last.path}/${probe}`);
    checks.same(`${fullPath(last)}${probe}`, 200, atTarget.status);
  }
  screen.title('credentials issued before the moves');
  await checkOldOtps(root, world.otps, checks);
  await checkOldTokens(root, world, checks);
  screen.title('credentials issued now');
  await checkNew(root, world, checks);
}

type Side = [title: string, state: MountState];

function sideBySide(names: readonly string[], [source, was]: Side, [target, is]: Side): string[][] {
  const rows = names.map((name) => [`  ${name}`, oneLine(was[name]), oneLine(is[name])]);
  return [['', source, target], ...rows];
}

function different(was: MountState, is: MountState): string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].filter((name) => !isDeepStrictEqual(was[name], is[name]));
}

async function checkOldOtps(root: Vault, otps: Otp[], checks: Checks): Promise<void> {
  const [teamA, teamB] = [root.in('team-a'), root.in('team-b')];
  const atSource = await teamA.call('GET', 'sys/leases/lookup/ssh?list=true');
  checks.same('leases listed under team-a/ssh/', 404, atSource.status);
  const atTarget = await teamB.call('GET', 'sys/leases/lookup/access/ssh?list=true');
  checks.same('leases listed under team-b/access/ssh/', 404, atTarget.status);
  const sample = spread(otps, SAMPLE);
  const verify = ({ key }: Otp) => teamB.as('').call('POST', 'access/ssh/verify', { otp: key });
  const answers = await each(sample, verify);
  const what = `${sample.length} of ${otps.length} one-time passwords`;
  checks.same(what, '400 OTP not found', distinct(answers));
  const lookup = ({ leaseId }: Otp) => teamA.call('POST', 'sys/leases/lookup', { lease_id: leaseId });
  checks.same(`${sample.length} of their leases`, '400 invalid lease', distinct(await each(sample, lookup)));
}

async function checkOldTokens(root: Vault, world: World, checks: Checks): Promise<void> {
  for (const [what, tokens] of [
    ['tokens of users', world.userTokens],
    ['tokens of machines', world.machineTokens],
  ] as const) {
    const lookup = (token: string) => root.in('team-a').as(token).call('GET', 'auth/token/lookup-self');
    const answers = distinct(await each(tokens, lookup));
    checks.same(`all ${tokens.length} ${what}`, '403 permission denied', answers);
  }
}

async function checkNew(root: Vault, { roleId, secretIds }: World, checks: Checks): Promise<void> {
  const teamB = root.in('team-b');
  const { key } = await issueOtp(teamB, 'access/ssh');
  const verified = await teamB.as('').call('POST', 'access/ssh/verify', { otp: key });
  checks.same('a new one-time password at team-b/access/ssh/', 200, verified.status);
  const again = await teamB.as('').call('POST', 'access/ssh/verify', { otp: key });
  checks.same('the same one-time password a second time', 'OTP not found', errorText(again));

  const dev = root.in('team-a/dev');
  const user = await dev.as(await logIn(dev, 'people', 'ada')).call('GET', 'auth/token/lookup-self');
  checks.same('ada logs in with her old password at team-a/dev/auth/people/', 200, user.status);
  checks.same('the policies of her token', ['default', 'reader'], user.body?.data?.policies);

  const teamA = root.in('team-a');
  const machine = await logInMachine(teamA, 'robots', roleId, secretIds[0]?.id ?? '');
  const self = await teamA.as(machine).call('GET', 'auth/token/lookup-self');
  checks.same('a machine logs in with its old secret-id at team-a/auth/robots/', 200, self.status);

  const write = (cas: number) =>
    teamB.call('POST', 'services/data/billing/db', { data: { host: 'db-5.example.com' }, options: { cas } });
  checks.same('a write that expects version 3', 400, (await write(3)).status);
  checks.same('a write that expects version 4 creates version', 5, (await write(4)).body?.data?.version);
}

function each<T>(list: readonly T[], ask: (one: T) => Promise<Answer>): Promise<Answer[]> {
  return inParallel(list.length, AT_ONCE, (i) => ask(list[i] as T));
}

/** The different answers. */
function distinct(answers: Answer[]): string {
  return [...new Set(answers.map((answer) => `${answer.status} ${errorText(answer)}`))].join(' or ');
}

function spread<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, i) => list[Math.floor(i * step)] as T);
}
