/** A mount with one-time passwords, each with a lease, for tests of what a move revokes. */

import type { Caller } from '../support/call.ts';
import type { RemountService } from './remountService.ts';

export interface SshMount {
  name: string;
  uuid: string;
}

/** Enables the mount, and issues that many passwords. */
export async function sshMount(
  { call, deps }: Pick<RemountService, 'call' | 'deps'>,
  leases: number,
): Promise<SshMount> {
  const name = `ssh-${deps.ids.base62(8)}`;
  await call('POST', `sys/mounts/${name}`, { body: { type: 'ssh' } });
  const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
  await call('POST', `${name}/roles/web`, { body: role });
  await issue(call, name, leases);
  return { name, uuid: (await call('GET', `sys/mounts/${name}`)).body.data.uuid };
}

export async function issue(call: Caller, path: string, leases: number): Promise<void> {
  for (let i = 0; i < leases; i++) await call('POST', `${path}/creds/web`, { body: { ip: '10.1.2.3' } });
}
