/** Roles: their record, and the entries by which a role-id belongs to only one role of a mount (contract §8.2). */

import { changeRecord, type RecordChange } from '../../credentials/changeRecord.ts';
import { renewalRefused } from '../../credentials/errors.ts';
import { renewalLimits, type StoredTokenSettings } from '../../credentials/tokenFields.ts';
import { goQuote, VaultError, wrapped } from '../../http/errors.ts';
import type { Call } from '../../http/route.ts';
import { ABSENT, type Ref, type Write } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { record } from '../../store/record.ts';
import type { LoginRenewal } from '../../tree/mountType.ts';
import { engineKey, inLowerCase, nameOfCall } from '../callParts.ts';

export interface AppRole extends StoredTokenSettings {
  /** Secret-ids belong to this uuid: those of a deleted role are not valid for a later role of the same name. */
  uuid: string;
  roleId: string;
  bindSecretId: boolean;
  /** The addresses from which secret-ids may be used; absent if nothing was ever said of them. */
  secretIdBoundCidrs?: string[];
  /** How often a secret-id may be used; 0 is without limit. */
  secretIdNumUses: number;
  /** Seconds that a secret-id is valid; 0 is without end. */
  secretIdTtl: number;
  localSecretIds: boolean;
}

/** The role that a role-id belongs to. */
export interface RoleIdEntry {
  /** The name of the role. */
  role: string;
  uuid: string;
}

export const ROLE_RECORD = record<AppRole>();
export const ROLE_ID_RECORD = record<RoleIdEntry>();

/** Names of roles are not case-sensitive. */
export const ROLE_NAMES = { name: inLowerCase };

export function approleRoleKey(call: Pick<Call, 'mount'>, name: string): Ref {
  return engineKey(call, `role/${name}`);
}

/** Role-ids are hashed: a client may choose them, and of any length. */
export function roleIdKey(call: Pick<Call, 'mount'>, roleId: string): Ref {
  return engineKey(call, `role-id/${sha256(roleId)}`);
}

/** The role in the path, if it exists. */
export async function readRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<AppRole | undefined> {
  return ROLE_RECORD.of(await call.deps.store.get(approleRoleKey(call, nameOfCall(call))));
}

/** The tokens of a role are renewed as long as it exists. */
export const renewalOfRole: LoginRenewal = async ({ store }, { mount, meta: { role_name: name = '' } }) => {
  const role = ROLE_RECORD.of(await store.get(approleRoleKey({ mount }, name)));
  if (!role) throw renewalRefused(`role ${goQuote(name)} does not exist during renewal`);
  return renewalLimits(role);
};

/**
 * The role in the path.
 * @param status of the refusal: each kind of endpoint has its own (contract §8.2)
 * @throws VaultError with that status when the role does not exist
 */
export async function requireRole(
  call: Pick<Call, 'deps' | 'mount' | 'params'>,
  status: 400 | 404 | 500,
): Promise<AppRole> {
  const role = await readRole(call);
  if (role) return role;
  const text = `role ${goQuote(nameOfCall(call))} does not exist`;
  throw status === 500 ? wrapped(500, text) : new VaultError(status, [text]);
}

/**
 * Changes the role in the path, and the entry of its role-id in the same transaction.
 * @param change called once a try; throws to refuse
 * @throws VaultError 500 when the role-id belongs to another role
 */
export async function changeRole<C extends RecordChange<AppRole>>(
  call: Pick<Call, 'deps' | 'mount' | 'params'>,
  change: (before: AppRole | undefined) => C,
): Promise<C> {
  const name = nameOfCall(call);
  return changeRecord(call.deps, approleRoleKey(call, name), async (before?: AppRole) => {
    const changed = change(before);
    return { ...changed, alongside: await roleIdWrites(call, name, before, changed.after) };
  });
}

async function roleIdWrites(
  call: Pick<Call, 'deps' | 'mount'>,
  role: string,
  before: AppRole | undefined,
  { roleId, uuid }: AppRole,
): Promise<Write[]> {
  if (before?.roleId === roleId) return [];
  const ref = roleIdKey(call, roleId);
  const holder = ROLE_ID_RECORD.of(await call.deps.store.get(ref));
  // If the entry is the role's own, another request changed the role meanwhile: the conditions fail, and it is retried.
  if (holder && holder.role !== role) throw wrapped(500, 'role_id already in use');
  const taken: Write = { put: ROLE_ID_RECORD.at(ref, { role, uuid }), if: ABSENT };
  return before ? [taken, { delete: roleIdKey(call, before.roleId) }] : [taken];
}
