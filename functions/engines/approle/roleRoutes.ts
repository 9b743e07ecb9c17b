/** The routes of roles and of their role-ids (contract §8.2). */

import { isCidr } from '../../credentials/cidr.ts';
import {
  type Aliases,
  NO_TOKEN_ROLE,
  readTokenRole,
  showTokenRole,
  TOKEN_FIELDS,
  tokenSettingsShape,
} from '../../credentials/tokenFields.ts';
import { unsupportedPath } from '../../http/errors.ts';
import type { Fields, Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, type Shape, type Wire } from '../../http/shape.ts';
import { mountTtls } from '../../tree/mount.ts';
import { listNames } from '../callParts.ts';
import { deleteRole } from './deleteRole.ts';
import {
  invalidCidrBlocks,
  invalidRoleId,
  localSecretIdsFixed,
  missingRoleId,
  negativeSecretIdUses,
  noConstraint,
} from './errors.ts';
import { changeRole, type Role, readRole } from './role.ts';

const ALIASES = { policies: 'token_policies', period: 'token_period' } as const satisfies Aliases;

const ROLE_ID_FIELDS = { role_id: 'string' } as const satisfies Schema;
const ROLE_FIELDS = {
  ...ROLE_ID_FIELDS,
  ...TOKEN_FIELDS,
  bind_secret_id: 'bool',
  secret_id_bound_cidrs: 'list',
  bound_cidr_list: 'list',
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
  local_secret_ids: 'bool',
  policies: 'list',
  period: 'duration',
} as const satisfies Schema;

const ROLE = {
  bind_secret_id: 'bool',
  secret_id_bound_cidrs: 'list',
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
  local_secret_ids: 'bool',
  ...tokenSettingsShape(ALIASES),
} as const satisfies Shape;

export const roleRoutes: readonly Route[] = [
  route({ path: 'role', answers: { list: KEYS }, list: (call) => listNames(call, 'role/') }),
  route({
    path: 'role/:name',
    fields: ROLE_FIELDS,
    answers: { read: ROLE, write: null, delete: null },
    exists: async (call) => (await readRole(call)) !== undefined,
    read: showRole,
    write: writeRole,
    delete: deleteRole,
  }),
  route({
    path: 'role/:name/role-id',
    fields: ROLE_ID_FIELDS,
    answers: { read: ROLE_ID_FIELDS, write: null },
    read: showRoleId,
    write: changeRoleId,
  }),
];

async function showRole(call: Call<typeof ROLE_FIELDS>): Promise<Reply<Wire<typeof ROLE>> | undefined> {
  const role = await readRole(call);
  if (!role) return undefined;
  return {
    data: {
      bind_secret_id: role.bindSecretId,
      secret_id_bound_cidrs: role.secretIdBoundCidrs,
      secret_id_num_uses: role.secretIdNumUses,
      secret_id_ttl: role.secretIdTtl,
      local_secret_ids: role.localSecretIds,
      ...showTokenRole(role, ALIASES),
    },
  };
}

async function writeRole(call: Call<typeof ROLE_FIELDS>): Promise<Reply | undefined> {
  const { deps, fields, mount } = call;
  const fresh = { ...NEW_ROLE, uuid: deps.ids.uuid(), roleId: deps.ids.uuid() };
  const { warnings, after } = await changeRole(call, (before) => {
    if (before && fields.local_secret_ids !== undefined) throw localSecretIdsFixed();
    const { warnings, ...tokenRole } = readTokenRole(before ?? fresh, fields, ALIASES);
    const after = { ...(before ?? fresh), ...given(fields), ...tokenRole };
    refuseNonsense(after);
    return { after, warnings };
  });
  if (after.token.token_max_ttl > mountTtls(mount).maxTtl) warnings.push(CUT_WARNING);
  return warnings.length > 0 ? { warnings } : undefined;
}

const NEW_ROLE = {
  ...NO_TOKEN_ROLE,
  bindSecretId: true,
  secretIdBoundCidrs: [],
  secretIdNumUses: 0,
  secretIdTtl: 0,
  localSecretIds: false,
};

const CUT_WARNING =
  "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/** The settings that were sent, those of the tokens aside. */
function given(fields: Fields<typeof ROLE_FIELDS>): Partial<Role> {
  const settings = {
    roleId: fields.role_id?.trim(),
    bindSecretId: fields.bind_secret_id,
    secretIdBoundCidrs: fields.secret_id_bound_cidrs ?? fields.bound_cidr_list,
    secretIdNumUses: fields.secret_id_num_uses,
    secretIdTtl: fields.secret_id_ttl,
    localSecretIds: fields.local_secret_ids,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function refuseNonsense(role: Role): void {
  if (role.roleId === '') throw invalidRoleId();
  if (!role.secretIdBoundCidrs.every(isCidr)) throw invalidCidrBlocks();
  if (role.secretIdNumUses < 0) throw negativeSecretIdUses();
  const bounds = role.secretIdBoundCidrs.length + role.token.token_bound_cidrs.length;
  if (!role.bindSecretId && bounds === 0) throw noConstraint();
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
    if (!roleId) throw missingRoleId();
    return { after: { ...before, roleId } };
  });
}
