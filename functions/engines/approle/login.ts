/** Logs in with the role-id of a role and a secret-id (contract §8.2). */

import { addressAllowed } from '../../credentials/cidr.ts';
import { isAlive } from '../../credentials/lineage.ts';
import { login } from '../../credentials/login.ts';
import type { TokenSettings } from '../../credentials/tokenFields.ts';
import { goQuote, refusal, type VaultError } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, route } from '../../http/route.ts';
import type { Write } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { mountOfCall } from '../callParts.ts';
import { missingSecretId } from './errors.ts';
import { type AppRole, approleRoleKey, ROLE_ID_RECORD, ROLE_RECORD, roleIdKey } from './role.ts';
import {
  type FoundSecretId,
  hashIn,
  removal,
  SECRET_ID_RECORD,
  type SecretId,
  secretIdAccessorKey,
  secretIdKey,
} from './secretId.ts';

const FIELDS = { role_id: 'string', secret_id: 'string' } as const satisfies Schema;

export const approleLoginRoute = route({
  path: 'login',
  open: true,
  fields: FIELDS,
  answers: { write: null },
  write: logIn,
});

type LoginCall = Call<typeof FIELDS>;

/** If another login took a use of the secret-id meanwhile, the retry finds what remains. */
function logIn(call: LoginCall): Promise<Reply> {
  return retryContended(() => tryLogIn(call));
}

async function tryLogIn(call: LoginCall): Promise<Reply> {
  const { name, role, found } = await check(call);
  const { sourceIp } = call;
  if (!addressAllowed(role.secretIdBoundCidrs ?? [], sourceIp))
    throw refusal(`source address ${goQuote(sourceIp)} unauthorized by CIDR restrictions on the role`);
  return login({
    call,
    mount: mountOfCall(call),
    settings: tokenSettings(role, found?.secretId),
    path: 'login',
    name: '',
    metadata: { ...found?.secretId.metadata, role_name: name },
    alongside: found ? useUp(found, call.deps.clock.now()) : [],
  });
}

/**
 * The role and the secret-id that log in.
 * @returns no secret-id when the role does not demand one
 * @throws VaultError 400, with one text for everything that may be wrong with the two ids
 */
async function check(call: LoginCall): Promise<{ name: string; role: AppRole; found?: FoundSecretId }> {
  const roleId = call.fields.role_id?.trim();
  if (!roleId) throw refusal('missing role_id');
  const entry = ROLE_ID_RECORD.of(await call.deps.store.get(roleIdKey(call, roleId)));
  if (!entry) throw badCredentials();
  const value = call.fields.secret_id?.trim() ?? '';
  const ref = secretIdKey(call, entry, hashIn(entry, value));
  const [roleItem, secretIdItem] = await call.deps.store.getMany([approleRoleKey(call, entry.role), ref]);
  const [role, secretId] = [ROLE_RECORD.of(roleItem), SECRET_ID_RECORD.of(secretIdItem)];
  if (role?.uuid !== entry.uuid) throw badCredentials();
  if (!role.bindSecretId) return { name: entry.role, role };
  if (value === '') throw missingSecretId();
  if (!secretId || !isAlive(secretId, call.deps.clock.now())) throw badCredentials();
  if (!addressAllowed(secretId.cidrList, call.sourceIp))
    throw refusal(
      `source address ${goQuote(call.sourceIp)} unauthorized through CIDR restrictions on the secret ID`,
    );
  return {
    name: entry.role,
    role,
    found: { secretId, ref, accessorRef: secretIdAccessorKey(call, entry, secretId.accessor) },
  };
}

/** Takes one use; the last one removes the secret-id. The condition fails if another login took that use meanwhile. */
function useUp(found: FoundSecretId, now: number): Write[] {
  const { usesLeft } = found.secretId;
  if (usesLeft === undefined) return [];
  if (usesLeft > 1) {
    const more = { usesLeft: { above: 1 } };
    return [{ update: found.ref, set: { updatedAt: now }, add: { usesLeft: -1 }, if: more }];
  }
  const [secretId, accessor] = removal(found);
  return [{ ...secretId, if: { usesLeft: 1 } }, accessor];
}

/** The settings of the token: those of the role, with the addresses of the secret-id if it has any. */
function tokenSettings({ token }: AppRole, secretId: SecretId | undefined): TokenSettings {
  const own = secretId?.tokenBoundCidrs ?? [];
  return own.length > 0 ? { ...token, token_bound_cidrs: own } : token;
}

/** The same for a role and for a secret-id that do not exist, are used up or have expired. */
function badCredentials(): VaultError {
  return refusal('invalid role or secret ID');
}
