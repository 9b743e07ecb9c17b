/** The list of roles that may issue one-time passwords for any address (contract §7.1). All roles on it exist. */

import { changeRecord } from '../../credentials/changeRecord.ts';
import { goQuote, refusal, type VaultError } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { MAX_ZERO_ADDRESS_ROLES } from '../../limits.ts';
import { type Item, PRESENT, type Ref, type Write } from '../../ports/store.ts';
import { engineKey, isName, NAME_WITH_AT } from '../callParts.ts';
import { sshRoleKey } from './role.ts';

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

/** The names of the roles; undefined if the list was never written. */
export async function zeroAddressRoles(call: Pick<Call, 'deps' | 'mount'>): Promise<string[] | undefined> {
  return (await readList(call))?.roles;
}

/**
 * The write that removes a role from the list, if the list names it. It belongs to the transaction that deletes the
 * role: otherwise a later role of the same name would inherit the right.
 */
export async function removeFromList(call: Pick<Call, 'deps' | 'mount'>, name: string): Promise<Write[]> {
  const list = await readList(call);
  if (!list?.roles.includes(name)) return [];
  const roles = list.roles.filter((other) => other !== name);
  const put = { ...list, ...zeroAddressKey(call), roles, revision: call.deps.ids.hex(16) };
  return [{ put, if: { revision: list.revision as string } }];
}

async function show(call: Call<typeof FIELDS>): Promise<Reply<ZeroAddress> | undefined> {
  const roles = await zeroAddressRoles(call);
  return roles && { data: { roles } };
}

/** The transaction also writes to each role: it fails if a role is deleted at the same time. */
async function write(call: Call<typeof FIELDS>): Promise<void> {
  const roles = [...new Set(call.fields.roles ?? [])];
  if (roles.length === 0) throw refusal('Missing roles');
  if (roles.length > MAX_ZERO_ADDRESS_ROLES)
    throw refusal(`at most ${MAX_ZERO_ADDRESS_ROLES} roles may be allowed any address`);
  const impossible = roles.find((name) => !isName(name, NAME_WITH_AT));
  if (impossible !== undefined) throw unknownRole(impossible);
  const { store, ids } = call.deps;
  const refs = roles.map((name) => sshRoleKey(call, name));
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

async function readList(call: Pick<Call, 'deps' | 'mount'>): Promise<(ZeroAddress & Item) | undefined> {
  return (await call.deps.store.get(zeroAddressKey(call))) as (ZeroAddress & Item) | undefined;
}

function zeroAddressKey(call: Pick<Call, 'mount'>): Ref {
  return engineKey(call, 'config/zeroaddress');
}

function unknownRole(name: string): VaultError {
  return refusal(`Role ${goQuote(name)} does not exist`);
}
