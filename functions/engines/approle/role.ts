/** Roles: what is kept of them, and that a role-id belongs to one role of a mount (contract §8.2). */

import type { TokenRole } from '../../credentials/tokenFields.ts';
import type { Call } from '../../http/route.ts';
import { ABSENT, type Ref, type Write } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { record } from '../../store/record.ts';
import { nameOfCall, stored } from '../callParts.ts';
import { type Change, changeRecord } from '../changeRecord.ts';
import { roleIdInUse } from './errors.ts';

export interface Role extends TokenRole {
  /** Secret-ids hang on it, so that those of a deleted role do not open a later one of the same name. */
  uuid: string;
  roleId: string;
  bindSecretId: boolean;
  secretIdBoundCidrs: string[];
  /** 0 is without limit. */
  secretIdNumUses: number;
  /** Seconds; 0 is without end. */
  secretIdTtl: number;
  localSecretIds: boolean;
}

/** Which role a role-id belongs to. */
export interface RoleIdEntry {
  role: string;
  uuid: string;
}

export const ROLE_RECORD = record<Role>();
export const ROLE_ID_RECORD = record<RoleIdEntry>();

/** Names of roles do not tell capitals from small letters. */
export function roleName(call: Pick<Call, 'params'>): string {
  return nameOfCall(call).toLowerCase();
}

export function roleKey(call: Pick<Call, 'mount'>, name: string): Ref {
  return stored(call, `role/${name}`);
}

/** Role-ids may be chosen, and as long as someone likes. */
export function roleIdKey(call: Pick<Call, 'mount'>, roleId: string): Ref {
  return stored(call, `role-id/${sha256(roleId)}`);
}

/** The role that the path names. */
export async function readRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<Role | undefined> {
  return ROLE_RECORD.of(await call.deps.store.get(roleKey(call, roleName(call))));
}

/**
 * Changes the role that the path names together with the entry of its role-id.
 * @param change is asked once a try, and throws to refuse
 * @throws VaultError 500 when the role-id belongs to another role
 */
export async function changeRole<C extends Change<Role>>(
  call: Pick<Call, 'deps' | 'mount' | 'params'>,
  change: (before: Role | undefined) => C,
): Promise<C> {
  const name = roleName(call);
  return changeRecord(call.deps, roleKey(call, name), async (before?: Role) => {
    const changed = change(before);
    return { ...changed, alongside: await roleIdWrites(call, name, before, changed.after) };
  });
}

async function roleIdWrites(
  call: Pick<Call, 'deps' | 'mount'>,
  role: string,
  before: Role | undefined,
  { roleId, uuid }: Role,
): Promise<Write[]> {
  if (before?.roleId === roleId) return [];
  const ref = roleIdKey(call, roleId);
  const holder = ROLE_ID_RECORD.of(await call.deps.store.get(ref));
  // That it is the role's own already tells that the role was written since it was read: the condition finds out.
  if (holder && holder.role !== role) throw roleIdInUse();
  const taken: Write = { put: ROLE_ID_RECORD.at(ref, { role, uuid }), if: ABSENT };
  return before ? [taken, { delete: roleIdKey(call, before.roleId) }] : [taken];
}
