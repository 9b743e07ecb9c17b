/** The routes of roles: list, read, write and delete them, and look them up by an address (contract §7.1). */

import { changeRecord } from '../../credentials/changeRecord.ts';
import { ADDRESS, BLOCKS, cidrProblem } from '../../credentials/cidr.ts';
import { refusal } from '../../http/errors.ts';
import type { Fields, Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, Meant, type Shape, type Wire } from '../../http/shape.ts';
import type { Item } from '../../ports/store.ts';
import { retryContended } from '../../store/retryContended.ts';
import { engineKey } from '../callParts.ts';
import {
  ipSent,
  isListedFor,
  KEY_TYPE,
  parseIp,
  partsOf,
  type SshRole,
  sshRoleKey,
  sshRoleName,
} from './role.ts';
import { removeFromList, zeroAddressRoles } from './zeroAddress.ts';

const BLOCKS_TEXT = new Meant('string', { ...BLOCKS, entries: partsOf });

const ROLE_FIELDS = {
  key_type: new Meant('string', { spellings: (type) => [type.toLowerCase()] }),
  default_user: 'string',
  allowed_users: new Meant('string', { entries: partsOf }),
  cidr_list: BLOCKS_TEXT,
  exclude_cidr_list: BLOCKS_TEXT,
  port: 'int',
} as const satisfies Schema;
const LOOKUP_FIELDS = { ip: ADDRESS } as const satisfies Schema;

const LISTED = { ...KEYS, key_info: { '*': { key_type: 'string' } } } as const satisfies Shape;

const FOUND = { roles: ['list', null] } as const satisfies Shape;

export const sshRoleRoutes: readonly Route[] = [
  route({
    path: 'roles',
    answers: { list: LISTED },
    list: listRoles,
  }),
  route({
    path: 'roles/:name',
    checkPath: sshRoleName,
    fields: ROLE_FIELDS,
    answers: { read: ROLE_FIELDS, write: null, delete: null },
    read: showRole,
    write: writeRole,
    delete: deleteRole,
  }),
  route({ path: 'lookup', fields: LOOKUP_FIELDS, answers: { write: FOUND }, write: rolesOfIp }),
];

async function listRoles(call: Call): Promise<Reply<Wire<typeof LISTED>> | undefined> {
  const keys = (await allRoles(call)).map(({ name }) => name);
  const info = Object.fromEntries(keys.map((name) => [name, { key_type: KEY_TYPE }]));
  return keys.length > 0 ? { data: { keys, key_info: info } } : undefined;
}

async function showRole(
  call: Call<typeof ROLE_FIELDS>,
): Promise<Reply<Wire<typeof ROLE_FIELDS>> | undefined> {
  const role = (await call.deps.store.get(sshRoleKey(call, sshRoleName(call)))) as SshRole | undefined;
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

/** A write replaces the whole role, so it needs the key type and the default user each time. */
async function writeRole(call: Call<typeof ROLE_FIELDS>): Promise<void> {
  const after = roleSent(call.fields);
  await changeRecord(call.deps, sshRoleKey(call, sshRoleName(call)), () => ({ after }));
}

/** @throws VaultError 400 when a field is missing or invalid, checked in Vault's order */
function roleSent(fields: Fields<typeof ROLE_FIELDS>): SshRole {
  const { cidr_list: cidrList = '', exclude_cidr_list: excludeCidrList = '' } = fields;
  refuseStrange('cidr_list', cidrList);
  refuseStrange('exclude_cidr_list entry', excludeCidrList);
  refuseKeyType(fields.key_type?.toLowerCase());
  if (!fields.default_user) throw refusal('missing default user');
  return {
    defaultUser: fields.default_user,
    allowedUsers: fields.allowed_users ?? '',
    cidrList,
    excludeCidrList,
    port: fields.port || 22,
  };
}

function refuseStrange(what: string, list: string): void {
  const problem = cidrProblem(partsOf(list));
  if (problem) throw refusal(`failed to validate ${what}: ${problem}`);
}

function refuseKeyType(keyType: string | undefined): void {
  if (!keyType) throw refusal('missing key type');
  if (keyType === 'dynamic') throw refusal('dynamic key type roles are no longer supported');
  if (keyType !== KEY_TYPE) throw refusal('invalid key type');
}

/**
 * Deletes a role, and takes its name off the list of zero addresses in the same transaction. The role is read first: a
 * request that puts it on the list afterwards changes its revision, and the transaction fails.
 */
async function deleteRole(call: Call<typeof ROLE_FIELDS>): Promise<void> {
  const { store } = call.deps;
  const name = sshRoleName(call);
  const ref = sshRoleKey(call, name);
  await retryContended(async () => {
    const role = await store.get(ref);
    if (!role) return;
    await store.commit([
      { delete: ref, if: { revision: role.revision as string } },
      ...(await removeFromList(call, name)),
    ]);
  });
}

/** As in the reference, it names roles that exclude the address, too; the request for a password refuses it then. */
async function rolesOfIp(call: Call<typeof LOOKUP_FIELDS>): Promise<Reply<Wire<typeof FOUND>>> {
  const ip = parseIp(ipSent(call.fields));
  const [roles, anywhere] = await Promise.all([allRoles(call), zeroAddressRoles(call)]);
  const listed = roles.filter((role) => isListedFor(role, ip)).map(({ name }) => name);
  const names = [...new Set([...listed, ...(anywhere ?? [])])];
  return { data: { roles: names.length > 0 ? names : null } };
}

async function allRoles(call: Pick<Call, 'deps' | 'mount'>): Promise<(SshRole & { name: string })[]> {
  const { table, pk, sk } = engineKey(call, 'role/');
  const items = (await call.deps.store.query({ table, pk, prefix: sk })) as (SshRole & Item)[];
  return items.map((item) => ({ ...item, name: item.sk.slice(sk.length) }));
}
