/** Gives one-time passwords (contract §7.1). */

import { issueLease } from '../../credentials/issueLease.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Shape, Wire } from '../../http/shape.ts';
import { callerOfCall, mountOfCall, nameOfCall } from '../callParts.ts';
import { ipOutsideRole, missingIp, noSuchRole, userNotAllowed, userNotDefault } from './errors.ts';
import { otpItem } from './otp.ts';
import { coversIp, KEY_TYPE, type Role, readIp, roleKey } from './role.ts';
import { zeroAddressRoles } from './zeroAddress.ts';

const FIELDS = { ip: 'string', username: 'string' } as const satisfies Schema;

const OTP = {
  ip: 'string',
  key: 'string',
  key_type: 'string',
  port: 'int',
  username: 'string',
} as const satisfies Shape;

export const credsRoute = route({
  path: 'creds/:name',
  fields: FIELDS,
  answers: { write: OTP },
  write: giveOtp,
});

async function giveOtp(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof OTP>>> {
  const { fields, deps } = call;
  const name = nameOfCall(call);
  if (!fields.ip) throw missingIp();
  const role = (await deps.store.get(roleKey(call, name))) as Role | undefined;
  if (!role) throw noSuchRole(name);
  const username = fields.username || role.defaultUser;
  refuseUser(role, username);
  const ip = readIp(fields.ip);
  if (!coversIp(role, ip) && !(await zeroAddressRoles(call))?.includes(name)) throw ipOutsideRole();
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

function refuseUser({ allowedUsers, defaultUser }: Role, username: string): void {
  if (username === defaultUser) return;
  if (allowedUsers === '') throw userNotDefault();
  const allowed = allowedUsers.split(',').map((user) => user.trim());
  if (allowedUsers !== '*' && !allowed.includes(username)) throw userNotAllowed();
}
