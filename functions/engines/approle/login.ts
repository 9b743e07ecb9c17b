/** Logs a role in by its role-id and a secret-id (contract §8.2). */

import { addressAllowed } from '../../credentials/cidr.ts';
import { isAlive } from '../../credentials/lineage.ts';
import { login } from '../../credentials/login.ts';
import type { TokenSettings } from '../../credentials/tokenFields.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Write } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { mountOfCall } from '../callParts.ts';
import { badCredentials, missingRoleId, missingSecretId, outsideCidrs } from './errors.ts';
import { ROLE_ID_RECORD, ROLE_RECORD, type Role, roleIdKey, roleKey } from './role.ts';
import {
  accessorKey,
  type Found,
  hashIn,
  removal,
  SECRET_ID_RECORD,
  type SecretId,
  secretIdKey,
} from './secretId.ts';

const FIELDS = { role_id: 'string', secret_id: 'string' } as const satisfies Schema;

export const loginRoute = route({
  path: 'login',
  open: true,
  fields: FIELDS,
  answers: { write: null },
  write: logIn,
});

type LoginCall = Call<typeof FIELDS>;

/** A login that lost the last use of a secret-id to another looks again, and finds none. */
function logIn(call: LoginCall): Promise<Reply> {
  return retryContended(() => tryLogIn(call));
}

async function tryLogIn(call: LoginCall): Promise<Reply> {
  const { name, role, found } = await judge(call);
  const { sourceIp } = call;
  if (!addressAllowed(role.secretIdBoundCidrs, sourceIp)) throw outsideCidrs(sourceIp, 'role');
  return login({
    call,
    mount: mountOfCall(call),
    settings: settingsOf(role, found?.secretId),
    path: 'login',
    name: '',
    metadata: { ...found?.secretId.metadata, role_name: name },
    alongside: found ? useUp(found, call.deps.clock.now()) : [],
  });
}

/** @throws VaultError 400, the same for whatever is wrong with the two ids */
async function judge(call: LoginCall): Promise<{ name: string; role: Role; found?: Found }> {
  const roleId = call.fields.role_id?.trim();
  if (!roleId) throw missingRoleId();
  const entry = ROLE_ID_RECORD.of(await call.deps.store.get(roleIdKey(call, roleId)));
  if (!entry) throw badCredentials();
  const value = call.fields.secret_id?.trim() ?? '';
  const ref = secretIdKey(call, entry, hashIn(entry, value));
  const [roleItem, secretIdItem] = await call.deps.store.getMany([roleKey(call, entry.role), ref]);
  const [role, secretId] = [ROLE_RECORD.of(roleItem), SECRET_ID_RECORD.of(secretIdItem)];
  if (role?.uuid !== entry.uuid) throw badCredentials();
  if (!role.bindSecretId) return { name: entry.role, role };
  if (value === '') throw missingSecretId();
  if (!secretId || !isAlive(secretId, call.deps.clock.now())) throw badCredentials();
  if (!addressAllowed(secretId.cidrList, call.sourceIp)) throw outsideCidrs(call.sourceIp, 'secret ID');
  return {
    name: entry.role,
    role,
    found: { secretId, ref, accessorRef: accessorKey(call, entry, secretId.accessor) },
  };
}

/** Takes one use; with the last one the secret-id goes. Another login at the same time makes the condition fail. */
function useUp(found: Found, now: number): Write[] {
  const { usesLeft } = found.secretId;
  if (usesLeft === undefined) return [];
  if (usesLeft > 1) {
    const more = { usesLeft: { above: 1 } };
    return [{ update: found.ref, set: { updatedAt: now }, add: { usesLeft: -1 }, if: more }];
  }
  const [secretId, accessor] = removal(found) as [Write, Write];
  return [{ ...secretId, if: { usesLeft: 1 } }, accessor];
}

function settingsOf({ token }: Role, secretId: SecretId | undefined): TokenSettings {
  const own = secretId?.tokenBoundCidrs ?? [];
  return own.length > 0 ? { ...token, token_bound_cidrs: own } : token;
}
