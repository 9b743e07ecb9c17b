/** The routes of token roles: list, read, write and delete them (contract §6). */

import { type Call, oldAndNew, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys, type Wire } from '../http/shape.ts';
import { tokenRoleKey } from '../store/keys.ts';
import { TOKEN_PATH } from '../tree/builtin.ts';
import { builtinMountAt } from '../tree/findMount.ts';
import { changeRecord } from './changeRecord.ts';
import {
  changedTokenRole,
  findTokenRole,
  ROLE_ALIASES,
  TOKEN_ROLE,
  TOKEN_ROLE_FIELDS,
  type TokenRole,
  tokenRoleData,
  tokenRoleName,
  tokenRoleRef,
  tokenRoleWarnings,
} from './tokenRole.ts';

export const tokenRoleRoutes: readonly Route[] = [
  route({ path: 'auth/token/roles', answers: { list: KEYS }, list: listRoles }),
  route({
    path: 'auth/token/roles/:role_name',
    checkPath: tokenRoleName,
    fields: TOKEN_ROLE_FIELDS,
    synonyms: oldAndNew(ROLE_ALIASES),
    answers: { read: TOKEN_ROLE, write: null, delete: null },
    exists: async (call) => (await roleInPath(call)) !== undefined,
    read: showRole,
    write: writeRole,
    delete: async (call) => call.deps.store.deleteMany([tokenRoleRef(call)]),
  }),
];

async function listRoles({ deps, namespace }: Call): Promise<Reply<Keys> | undefined> {
  const { table, pk } = tokenRoleKey(namespace.id, '');
  const items = await deps.store.query({ table, pk, attributes: [] });
  return items.length > 0 ? { data: { keys: items.map(({ sk }) => sk) } } : undefined;
}

async function showRole(
  call: Call<typeof TOKEN_ROLE_FIELDS>,
): Promise<Reply<Wire<typeof TOKEN_ROLE>> | undefined> {
  const role = await roleInPath(call);
  return role && { data: tokenRoleData(tokenRoleName(call), role) };
}

async function writeRole(call: Call<typeof TOKEN_ROLE_FIELDS>): Promise<Reply | undefined> {
  const { deps, namespace, fields } = call;
  const { after } = await changeRecord<TokenRole, { after: TokenRole }>(
    deps,
    tokenRoleRef(call),
    (before) => ({ after: changedTokenRole(tokenRoleName(call), fields, before) }),
  );
  const warnings = tokenRoleWarnings(after, await builtinMountAt(deps.store, namespace, TOKEN_PATH));
  return warnings.length > 0 ? { warnings } : undefined;
}

function roleInPath(call: Pick<Call, 'deps' | 'namespace' | 'params'>): Promise<TokenRole | undefined> {
  return findTokenRole(call.deps, call.namespace.id, tokenRoleName(call));
}
