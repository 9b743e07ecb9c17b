/** Issues one-time passwords (contract §7.1). */

import { ADDRESS } from '../../credentials/cidr.ts';
import { issueLease } from '../../credentials/issueLease.ts';
import { goQuote, refusal } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Shape, Wire } from '../../http/shape.ts';
import { callerOfCall, mountOfCall } from '../callParts.ts';
import { otpItem } from './otp.ts';
import {
  coversIp,
  ipSent,
  KEY_TYPE,
  parseIp,
  partsOf,
  type SshRole,
  sshRoleKey,
  sshRoleName,
} from './role.ts';
import { zeroAddressRoles } from './zeroAddress.ts';

const FIELDS = { ip: ADDRESS, username: 'string' } as const satisfies Schema;

const OTP = {
  ip: 'string',
  key: 'string',
  key_type: 'string',
  port: 'int',
  username: 'string',
} as const satisfies Shape;

export const credsRoute = route({
  path: 'creds/:name',
  checkPath: sshRoleName,
  fields: FIELDS,
  answers: { write: OTP },
  write: issueOtp,
});

async function issueOtp(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof OTP>>> {
  const { fields, deps } = call;
  const name = sshRoleName(call);
  const sent = ipSent(fields);
  const role = (await deps.store.get(sshRoleKey(call, name))) as SshRole | undefined;
  if (!role) throw refusal(`Role ${goQuote(name)} not found`);
  const username = fields.username || role.defaultUser;
  refuseUser(role, username);
  const ip = parseIp(sent);
  if (!coversIp(role, ip) && !(await zeroAddressRoles(call))?.includes(name))
    throw refusal('Error validating IP: IP does not belong to role');
  const otp = deps.ids.uuid();
  const lease = await issueLease({
    call,
    mount: mountOfCall(call),
    caller: callerOfCall(call),
    items: (credential) => [otpItem(call, otp, { ip, username, role: name }, credential)],
  });
  return {
    leaseId: lease.id,
    leaseDuration: lease.grantedTtl,
    renewable: lease.renewable,
    data: { ip, key: otp, key_type: KEY_TYPE, port: role.port, username },
  };
}

/** @throws VaultError 400 when the role issues no passwords for the user */
function refuseUser({ allowedUsers, defaultUser }: SshRole, username: string): void {
  if (username === defaultUser || allowedUsers === '*') return;
  if (allowedUsers === '')
    throw refusal('Username has to be either in allowed users list or has to be a default username');
  if (!partsOf(allowedUsers).includes(username))
    throw refusal('Username is not present is allowed users list');
}
