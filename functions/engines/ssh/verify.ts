/** Verifies a one-time password for the host that a user logs in to. It needs no token (contract §7.1). */

import { childName, leaseChild } from '../../credentials/child.ts';
import { isAlive, stillValid } from '../../credentials/lineage.ts';
import { refusal, type VaultError } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Shape, Wire } from '../../http/shape.ts';
import { ConditionFailed, PRESENT, type Ref, type Write } from '../../ports/store.ts';
import { childKey, leaseKey } from '../../store/keys.ts';
import { otpKey, type StoredOtp } from './otp.ts';

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

/** A host sends this in place of a password to test the connection. */
const ECHO_REQUEST = 'verify-echo-request';
const ECHO_RESPONSE = 'verify-echo-response';

/** Deletes the password with its lease: of concurrent requests with one password, one succeeds. */
async function verify(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof VERIFIED>>> {
  const { store, clock } = call.deps;
  const { otp = '' } = call.fields;
  if (otp === ECHO_REQUEST) return { data: { message: ECHO_RESPONSE } };
  const ref = otpKey(call, otp);
  const found = (await store.get(ref)) as StoredOtp | undefined;
  const now = clock.now();
  if (!found || !isAlive(found, now)) throw otpNotFound();
  if (!(await stillValid(store, found.lineage, now))) throw otpNotFound();
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

/** The lease of a password, and its entry below the token that it belongs to. */
function leaseRefs({ lease, lineage }: StoredOtp): Ref[] {
  const parent = lineage.tokens.at(-1);
  const ref = leaseKey(lease.mountUuid, lease.path);
  return parent === undefined ? [ref] : [ref, childKey(parent, childName(leaseChild(lease)))];
}

/** The same for a password that never existed, was used, was revoked or has expired. */
function otpNotFound(): VaultError {
  return refusal('OTP not found');
}
