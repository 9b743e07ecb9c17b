/** Deletes a role with its role-id and its secret-ids (contract §8.2). */

import type { Call } from '../../http/route.ts';
import type { Item } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { stored } from '../callParts.ts';
import { type Role, roleIdKey, roleKey, roleName } from './role.ts';
import { accessorPrefix, secretIdPrefix } from './secretId.ts';

/** Once the role is gone its secret-ids open nothing; they are removed after it, and may be left over by a failure. */
export async function deleteRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<void> {
  const uuid = await retryContended(() => removeRole(call));
  if (uuid === undefined) return;
  for (const prefix of [secretIdPrefix(uuid), accessorPrefix(uuid)]) {
    const { table, pk } = stored(call, prefix);
    for await (const page of call.deps.store.pages({ table, pk, prefix })) {
      await call.deps.store.deleteMany(page.map(({ sk }) => ({ table, pk, sk })));
    }
  }
}

/** @returns the uuid of the role, if there was one */
async function removeRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<string | undefined> {
  const { store } = call.deps;
  const ref = roleKey(call, roleName(call));
  const role = (await store.get(ref)) as (Role & Item) | undefined;
  if (!role) return undefined;
  await store.commit([
    { delete: ref, if: { revision: role.revision as string } },
    { delete: roleIdKey(call, role.roleId) },
  ]);
  return role.uuid;
}
