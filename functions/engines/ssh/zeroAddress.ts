/** The roles that give one-time passwords for any address (contract §7.1), which are always roles that exist. */

import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { MAX_ZERO_ADDRESS_ROLES } from '../../limits.ts';
import { type Item, PRESENT, type Ref, type Write } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { isName, nameOfCall, stored } from '../callParts.ts';
import { changeRecord } from '../changeRecord.ts';
import { missingRoles, tooManyRoles, unknownRole } from './errors.ts';
import { roleKey } from './role.ts';

interface ZeroAddress {
  roles: string[];
}

const FIELDS = { roles: 'list' } as const satisfies Schema;

export const zeroAddressRoutes: readonly Route[] = [
  route({
    path: 'config/zeroaddress',
    fields: FIELDS,
    answers: { read: FIELDS, write: null, delete: null },
    read: show,
    write,
    delete: remove,
  }),
];

function zeroAddressKey(call: Pick<Call, 'mount'>): Ref {
  return stored(call, 'config/zeroaddress');
}

/** Names of the roles; undefined where nothing was configured. */
export async function zeroAddressRoles(call: Pick<Call, 'deps' | 'mount'>): Promise<string[] | undefined> {
  const item = (await call.deps.store.get(zeroAddressKey(call))) as (ZeroAddress & Item) | undefined;
  return item?.roles;
}

async function show(call: Call<typeof FIELDS>): Promise<Reply<ZeroAddress> | undefined> {
  const roles = await zeroAddressRoles(call);
  return roles && { data: { roles } };
}

/** Each role is written to, so that one that goes at the same time makes the transaction fail. */
async function write(call: Call<typeof FIELDS>): Promise<void> {
  const roles = [...new Set(call.fields.roles ?? [])];
  if (roles.length === 0) throw missingRoles();
  if (roles.length > MAX_ZERO_ADDRESS_ROLES) throw tooManyRoles();
  const impossible = roles.find((name) => !isName(name));
  if (impossible !== undefined) throw unknownRole(impossible);
  const { store, ids } = call.deps;
  const refs = roles.map((name) => roleKey(call, name));
  await changeRecord(call.deps, zeroAddressKey(call), async () => {
    const found = await store.getMany(refs);
    const missing = roles.find((_, i) => !found[i]);
    if (missing !== undefined) throw unknownRole(missing);
    const touches = refs.map((ref): Write => {
      return { update: ref, set: { revision: ids.hex(16) }, if: PRESENT };
    });
    return { after: { roles }, alongside: touches };
  });
}

async function remove(call: Call<typeof FIELDS>): Promise<void> {
  await call.deps.store.deleteMany([zeroAddressKey(call)]);
}

/**
 * Deletes a role, and takes its name off the list in the same transaction, lest a later role inherit the right. The
 * role is read first: whoever lists it afterwards changes its revision.
 */
export async function deleteRole(call: Pick<Call, 'deps' | 'mount' | 'params'>): Promise<void> {
  const { store, ids } = call.deps;
  const name = nameOfCall(call);
  const ref = roleKey(call, name);
  await retryContended(async () => {
    const role = await store.get(ref);
    if (!role) return;
    const writes: Write[] = [{ delete: ref, if: { revision: role.revision as string } }];
    const list = (await store.get(zeroAddressKey(call))) as (ZeroAddress & Item) | undefined;
    if (list?.roles.includes(name)) {
      const roles = list.roles.filter((other) => other !== name);
      const put = { ...list, ...zeroAddressKey(call), roles, revision: ids.hex(16) };
      writes.push({ put, if: { revision: list.revision as string } });
    }
    await store.commit(writes);
  });
}
