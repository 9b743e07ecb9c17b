/** Logs a user in with a password (contract §8.1). */

import { addressAllowed } from '../../credentials/cidr.ts';
import { login } from '../../credentials/login.ts';
import { notAuthenticated, refusal, VaultError } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import { ConditionFailed } from '../../ports/store.ts';
import { mountOfCall, nameOfCall } from '../callParts.ts';
import { countFailure, forgetFailures, lockedOut, lockoutKey, refuseLocked } from './lockout.ts';
import { isPassword } from './password.ts';
import { USER_NAMES, type User, userKey } from './user.ts';

const FIELDS = { password: 'string' } as const satisfies Schema;

export const userpassLoginRoute = route({
  path: 'login/:name+',
  open: true,
  names: USER_NAMES,
  checkPath: nameOfCall,
  fields: FIELDS,
  answers: { write: null },
  write: logIn,
});

async function logIn(call: Call<typeof FIELDS>): Promise<Reply> {
  const { store } = call.deps;
  const { password } = call.fields;
  if (!password) throw new VaultError(500, ['missing password']);
  const [found, lockout] = await store.getMany([userKey(call), lockoutKey(call)]);
  refuseLocked(call, lockout);
  const user = found as User | undefined;
  const isGood = await isPassword(password, user?.passwordHash);
  if (!user || !isGood) {
    await countFailure(call);
    // The same for a wrong password and for a user that does not exist.
    throw refusal('invalid username or password');
  }
  if (!addressAllowed(user.token.token_bound_cidrs, call.sourceIp)) throw notAuthenticated();
  return letIn(call, user);
}

/** Reads the lockout again: other requests may have tried bad passwords while this password was checked. */
async function letIn(call: Call<typeof FIELDS>, { token: settings }: User): Promise<Reply> {
  const lockout = await call.deps.store.get(lockoutKey(call));
  refuseLocked(call, lockout);
  const username = nameOfCall(call);
  try {
    return await login({
      call,
      mount: mountOfCall(call),
      settings,
      path: `login/${username}`,
      name: username,
      metadata: { username },
      alongside: forgetFailures(call, lockout),
    });
  } catch (error) {
    throw error instanceof ConditionFailed ? lockedOut() : error;
  }
}
