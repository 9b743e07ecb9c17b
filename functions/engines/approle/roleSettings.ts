/** The settings of a role: how they are read, shown and checked (contract §8.2). Pure. */

import { BLOCK_LIST, cidrProblem } from '../../credentials/cidr.ts';
import { POLICY_LIST } from '../../credentials/policyNames.ts';
import {
  type Aliases,
  NO_TOKEN_SETTINGS,
  readTokenSettings,
  showTokenSettings,
  TOKEN_FIELDS,
  tokenSettingsShape,
} from '../../credentials/tokenFields.ts';
import { refusal, wrapped } from '../../http/errors.ts';
import type { Fields, Schema } from '../../http/fields.ts';
import { oldAndNew } from '../../http/route.ts';
import { Meant, type Shape, TRIMMED, type Wire } from '../../http/shape.ts';
import type { AppRole } from './role.ts';

const ALIASES = { policies: 'token_policies', period: 'token_period' } as const satisfies Aliases;

export const ROLE_FIELDS = {
  role_id: TRIMMED,
  ...TOKEN_FIELDS,
  token_type: new Meant('string', { spellings: (type) => [type.replace(/^default-/, '') || 'default'] }),
  bind_secret_id: 'bool',
  secret_id_bound_cidrs: BLOCK_LIST,
  bound_cidr_list: BLOCK_LIST,
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
  local_secret_ids: 'bool',
  policies: POLICY_LIST,
  period: 'duration',
} as const satisfies Schema;

export const ROLE_SYNONYMS = oldAndNew({ ...ALIASES, bound_cidr_list: 'secret_id_bound_cidrs' });

export const ROLE = {
  bind_secret_id: 'bool',
  secret_id_bound_cidrs: ['list', null],
  secret_id_num_uses: 'int',
  secret_id_ttl: 'duration',
  local_secret_ids: 'bool',
  ...tokenSettingsShape(ALIASES),
} as const satisfies Shape;

export type RoleFields = Fields<typeof ROLE_FIELDS>;

/** A new role has these settings where nothing else was sent. */
export const NEW_ROLE = {
  ...NO_TOKEN_SETTINGS,
  bindSecretId: true,
  secretIdNumUses: 0,
  secretIdTtl: 0,
  localSecretIds: false,
};

/**
 * The role with the settings that were sent.
 * @throws VaultError 400, or 500 for a role that anybody could log in to
 */
export function roleWith(before: AppRole, fields: Partial<RoleFields>): AppRole {
  const after = { ...before, ...settingsSent(fields), ...readTokenSettings(before, fields, ALIASES) };
  refuseInvalid(after);
  return after;
}

/** The settings as a read of the role shows them. */
export function showSettings(role: AppRole): Wire<typeof ROLE> {
  return {
    bind_secret_id: role.bindSecretId,
    secret_id_bound_cidrs: role.secretIdBoundCidrs ?? null,
    secret_id_num_uses: role.secretIdNumUses,
    secret_id_ttl: role.secretIdTtl,
    local_secret_ids: role.localSecretIds,
    ...showTokenSettings(role, ALIASES),
  };
}

/** The settings that were sent, except those of the tokens. */
function settingsSent(fields: Partial<RoleFields>): Partial<AppRole> {
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

/** @throws VaultError 400, or 500 for a role that anybody could log in to */
function refuseInvalid(role: AppRole): void {
  if (role.roleId === '') throw refusal('invalid role_id supplied, or failed to generate a role_id');
  const problem = cidrProblem(role.secretIdBoundCidrs ?? []);
  if (problem) throw refusal(`failed to validate CIDR blocks: ${problem}`);
  if (role.secretIdNumUses < 0) throw refusal('secret_id_num_uses cannot be negative');
  const bounds = [...(role.secretIdBoundCidrs ?? []), ...role.token.token_bound_cidrs];
  if (!role.bindSecretId && bounds.length === 0)
    throw wrapped(500, 'at least one constraint should be enabled on the role');
}
