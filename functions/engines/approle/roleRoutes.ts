/** The routes of roles and their role-ids (contract §8.2). */

import { refusal, unsupportedPath } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, TRIMMED, type Wire } from '../../http/shape.ts';
import type { Item } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { mountTtls } from '../../tree/mount.ts';
import { engineKey, listNames, nameOfCall } from '../callParts.ts';
import { type AppRole, approleRoleKey, changeRole, ROLE_NAMES, readRole, roleIdKey } from './role.ts';
import { NEW_ROLE, ROLE, ROLE_FIELDS, ROLE_SYNONYMS, roleWith, showSettings } from './roleSettings.ts';
import { accessorPrefix, secretIdPrefix } from './secretId.ts';

const ROLE_ID_FIELDS = { role_id: TRIMMED } as const satisfies Schema;
export const approleRoleRoutes: readonly Route[] = [
  route({ path: 'role', answers: { list: KEYS }, list: (call) => listNames(call, 'role/') }),
  route({
    path: 'role/:name',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: ROLE_FIELDS,
    synonyms: ROLE_SYNONYMS,
    answers: { read: ROLE, write: null, delete: null },
    exists: async (call) => (await readRole(call)) !== undefined,
    read: showRole,
    write: writeRole,
    delete: deleteRole,
  }),
  route({
    path: 'role/:name/role-id',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields: ROLE_ID_FIELDS,
    answers: { read: ROLE_ID_FIELDS, write: null },
    read: showRoleId,
    write: changeRoleId,
  }),
];

async function showRole(call: Call<typeof ROLE_FIELDS>): Promise<Reply<Wire<typeof ROLE>> | undefined> {
  const role = await readRole(call);
  return role && { data: showSettings(role) };
}

async function writeRole(call: Call<typeof ROLE_FIELDS>): Promise<Reply | undefined> {
  const { deps, fields, mount } = call;
  const fresh = { ...NEW_ROLE, uuid: deps.ids.uuid(), roleId: deps.ids.uuid() };
  const plain = plainType(fields.token_type);
  const { after } = await changeRole(call, (before) => {
    if (before && fields.local_secret_ids !== undefined)
      throw refusal('local_secret_ids can only be modified during role creation');
    return { after: roleWith(before ?? fresh, { ...fields, token_type: plain }) };
  });
  const warnings: string[] = [];
  if (plain !== fields.token_type)
    warnings.push(`${fields.token_type} has no useful meaning; adjusting to ${plain}`);
  if (after.token.token_max_ttl > mountTtls(mount).maxTtl) warnings.push(MAX_TTL_WARNING);
  return warnings.length > 0 ? { warnings } : undefined;
}

/** The types `default-service` and `default-batch` are those of mounts, and mean nothing different on a role. */
function plainType(type: string | undefined): string | undefined {
  return type === 'default-service' || type === 'default-batch' ? type.slice('default-'.length) : type;
}

const MAX_TTL_WARNING =
  "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/**
 * Deletes a role, then its secret-ids. Without the role they are not valid for any login, so a failure may leave some
 * behind.
 */
async function deleteRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<void> {
  const { store } = call.deps;
  const uuid = await retryContended(() => removeRole(call));
  if (uuid === undefined) return;
  for (const prefix of [secretIdPrefix(uuid), accessorPrefix(uuid)]) {
    const { table, pk } = engineKey(call, prefix);
    for await (const page of store.pages({ table, pk, prefix })) {
      await store.deleteMany(page.map(({ sk }) => ({ table, pk, sk })));
    }
  }
}

/** @returns the uuid of the role; undefined if it does not exist */
async function removeRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<string | undefined> {
  const { store } = call.deps;
  const ref = approleRoleKey(call, nameOfCall(call));
  const role = (await store.get(ref)) as (AppRole & Item) | undefined;
  if (!role) return undefined;
  await store.commit([
    { delete: ref, if: { revision: role.revision as string } },
    { delete: roleIdKey(call, role.roleId) },
  ]);
  return role.uuid;
}

async function showRoleId(
  call: Call<typeof ROLE_ID_FIELDS>,
): Promise<Reply<Wire<typeof ROLE_ID_FIELDS>> | undefined> {
  const role = await readRole(call);
  return role && { data: { role_id: role.roleId } };
}

async function changeRoleId(call: Call<typeof ROLE_ID_FIELDS>): Promise<void> {
  const roleId = call.fields.role_id?.trim();
  await changeRole(call, (before) => {
    if (!before) throw unsupportedPath();
    if (!roleId) throw refusal('missing role_id');
    return { after: { ...before, roleId } };
  });
}
