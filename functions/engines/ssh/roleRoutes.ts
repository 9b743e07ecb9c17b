/** The routes of roles, and the search for roles by address (contract §7.1). */

import { isCidr } from '../../credentials/cidr.ts';
import type { Fields, Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, type Shape, type Wire } from '../../http/shape.ts';
import type { Item } from '../../ports/store.ts';
import { nameOfCall, stored } from '../callParts.ts';
import { changeRecord } from '../changeRecord.ts';
import {
  dynamicKeyType,
  invalidCidrList,
  invalidExcludeCidrList,
  invalidKeyType,
  missingDefaultUser,
  missingKeyType,
} from './errors.ts';
import { blocksIn, coversIp, KEY_TYPE, type Role, readIp, roleKey } from './role.ts';
import { deleteRole, zeroAddressRoles } from './zeroAddress.ts';

const ROLE_FIELDS = {
  key_type: 'string',
  default_user: 'string',
  allowed_users: 'string',
  cidr_list: 'string',
  exclude_cidr_list: 'string',
  port: 'int',
} as const satisfies Schema;
const LOOKUP_FIELDS = { ip: 'string' } as const satisfies Schema;

const LISTED = { ...KEYS, key_info: { '*': { key_type: 'string' } } } as const satisfies Shape;

export const roleRoutes: readonly Route[] = [
  route({
    path: 'roles',
    answers: { list: LISTED },
    list: listRoles,
  }),
  route({
    path: 'roles/:name',
    fields: ROLE_FIELDS,
    answers: { read: ROLE_FIELDS, write: null, delete: null },
    read: showRole,
    write: writeRole,
    delete: deleteRole,
  }),
  route({ path: 'lookup', fields: LOOKUP_FIELDS, answers: { write: { roles: 'list' } }, write: rolesOfIp }),
];

async function listRoles(call: Call): Promise<Reply<Wire<typeof LISTED>> | undefined> {
  const keys = (await allRoles(call)).map(({ name }) => name);
  const info = Object.fromEntries(keys.map((name) => [name, { key_type: KEY_TYPE }]));
  return keys.length > 0 ? { data: { keys, key_info: info } } : undefined;
}

async function showRole(
  call: Call<typeof ROLE_FIELDS>,
): Promise<Reply<Wire<typeof ROLE_FIELDS>> | undefined> {
  const role = (await call.deps.store.get(roleKey(call, nameOfCall(call)))) as Role | undefined;
  if (!role) return undefined;
  return {
    data: {
      allowed_users: role.allowedUsers,
      cidr_list: role.cidrList,
      default_user: role.defaultUser,
      exclude_cidr_list: role.excludeCidrList,
      key_type: KEY_TYPE,
      port: role.port,
    },
  };
}

/** A write replaces the whole role: the key type and the default user must come each time. */
async function writeRole(call: Call<typeof ROLE_FIELDS>): Promise<void> {
  const after = roleBy(call.fields);
  await changeRecord(call.deps, roleKey(call, nameOfCall(call)), () => ({ after }));
}

function roleBy(fields: Fields<typeof ROLE_FIELDS>): Role {
  const { cidr_list: cidrList = '', exclude_cidr_list: excludeCidrList = '' } = fields;
  if (!blocksIn(cidrList).every(isCidr)) throw invalidCidrList();
  if (!blocksIn(excludeCidrList).every(isCidr)) throw invalidExcludeCidrList();
  refuseKeyType(fields.key_type?.toLowerCase());
  if (!fields.default_user) throw missingDefaultUser();
  return {
    defaultUser: fields.default_user,
    allowedUsers: fields.allowed_users ?? '',
    cidrList,
    excludeCidrList,
    port: fields.port || 22,
  };
}

function refuseKeyType(keyType: string | undefined): void {
  if (!keyType) throw missingKeyType();
  if (keyType === 'dynamic') throw dynamicKeyType();
  if (keyType !== KEY_TYPE) throw invalidKeyType();
}

async function rolesOfIp(call: Call<typeof LOOKUP_FIELDS>): Promise<Reply<{ roles: string[] }>> {
  const ip = readIp(call.fields.ip);
  const [roles, anywhere] = await Promise.all([allRoles(call), zeroAddressRoles(call)]);
  const names = roles.filter((role) => coversIp(role, ip)).map(({ name }) => name);
  return { data: { roles: [...new Set([...names, ...(anywhere ?? [])])] } };
}

async function allRoles(call: Pick<Call, 'deps' | 'mount'>): Promise<(Role & { name: string })[]> {
  const { table, pk, sk } = stored(call, 'role/');
  const items = (await call.deps.store.query({ table, pk, prefix: sk })) as (Role & Item)[];
  return items.map((item) => ({ ...item, name: item.sk.slice(sk.length) }));
}
