/** The state before the moves: what identifies each mount, and credentials that are valid. */

import type { Checks } from './checks.ts';
import { oneLine } from './checks.ts';
import { type MountState, shorten } from './mountState.ts';
import { fullPath, MOUNTS } from './mounts.ts';
import type { Screen } from './screen.ts';
import type { World } from './setUp.ts';
import type { Vault } from './vault.ts';

/** @returns the state of each of `MOUNTS`, to compare with the state after the moves */
export async function showBefore(
  root: Vault,
  world: World,
  screen: Screen,
  checks: Checks,
): Promise<MountState[]> {
  const all: MountState[] = [];
  for (const { first, readState, shown: names } of MOUNTS) {
    const known = await readState(root.in(first.namespace), first.path, world);
    all.push(known);
    screen.title(fullPath(first));
    screen.table(names.map((name) => [`  ${name}`, oneLine(known[name])]));
  }
  screen.title('credentials');
  await showLiveCredentials(root.in('team-a'), world, checks);
  return all;
}

async function showLiveCredentials(teamA: Vault, world: World, checks: Checks): Promise<void> {
  const leases = await teamA.read('sys/leases/lookup/ssh/creds/web?list=true');
  checks.same('leases of team-a/ssh/', world.otps.length, leases.data.keys.length);
  // This uses up a one-time password, so it is removed from those that are checked after the move.
  const otp = world.otps.pop()?.key ?? '';
  const verified = await teamA.as('').call('POST', 'ssh/verify', { otp });
  checks.same(`one-time password ${shorten(otp)} is accepted`, 200, verified.status);
  const token = world.userTokens[0] ?? '';
  const read = await teamA.as(token).call('GET', 'apps/data/billing/db');
  checks.same(`token ${shorten(token)} of a user reads apps/data/billing/db`, 200, read.status);
  const self = await teamA.as(world.machineTokens[0] ?? '').call('GET', 'auth/token/lookup-self');
  checks.same('the token of a machine is valid', 200, self.status);
}
