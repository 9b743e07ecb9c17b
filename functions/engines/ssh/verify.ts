/** Verifies a one-time password for the host that someone logs in to; it needs no token (contract §7.1). */

import { childName, leaseChild } from '../../credentials/child.ts';
import { isAlive, stillCurrent } from '../../credentials/lineage.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Shape, Wire } from '../../http/shape.ts';
import { ConditionFailed, PRESENT, type Ref, type Write } from '../../ports/store.ts';
import { childKey, leaseKey } from '../../store/keys.ts';
import { otpNotFound } from './errors.ts';
import { type Otp, otpKey } from './otp.ts';

const FIELDS = { otp: 'string' } as const satisfies Schema;

const VERIFIED = {
  'ip?': 'string',
  'username?': 'string',
  'role_name?': 'string',
  'message?': 'string',
} as const satisfies Shape;

export const verifyRoute = route({
  path: 'verify',
  open: true,
  fields: FIELDS,
  answers: { write: VERIFIED },
  write: verify,
});

/** How a host asks whether it reaches the service. */
const ECHO = { asked: 'verify-echo-request', answered: 'verify-echo-response' };

async function verify(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof VERIFIED>>> {
  const { store, clock } = call.deps;
  const { otp = '' } = call.fields;
  if (otp === ECHO.asked) return { data: { message: ECHO.answered } };
  const ref = otpKey(call, otp);
  const found = (await store.get(ref)) as Otp | undefined;
  const now = clock.now();
  if (!found || !isAlive(found, now)) throw otpNotFound();
  if (!(await stillCurrent(store, found.lineage, now))) throw otpNotFound();
  try {
    await store.commit([
      { delete: ref, if: PRESENT },
      ...leaseRefs(found).map((lease): Write => ({ delete: lease })),
    ]);
  } catch (error) {
    throw error instanceof ConditionFailed ? otpNotFound() : error;
  }
  return { data: { ip: found.ip, username: found.username, role_name: found.role } };
}

/** The lease of a password that is used up, and the entry of whoever holds it. */
function leaseRefs({ lease, lineage }: Otp): Ref[] {
  const holder = lineage.tokens.at(-1);
  const ref = leaseKey(lease.mountUuid, lease.path);
  return holder === undefined ? [ref] : [ref, childKey(holder, childName(leaseChild(lease)))];
}
