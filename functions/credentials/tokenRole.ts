/** Token roles: settings and limits of the tokens that are created at `auth/token/create/:role_name` (contract §6). */

import { goQuote, refusal, unsupportedPath, VaultError } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import type { Call } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { MAX_NAME_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Ref } from '../ports/store.ts';
import { tokenRoleKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { mountTtls } from '../tree/mount.ts';
import { BLOCK_LIST } from './cidr.ts';
import { cleanName, cleanPolicies, POLICY_LIST } from './policyNames.ts';
import {
  NO_TOKEN_SETTINGS,
  readTokenSettings,
  type StoredTokenSettings,
  TOKEN_FIELDS,
} from './tokenFields.ts';

/** The settings that a token role shares with the auth methods. */
const SETTINGS = {
  token_bound_cidrs: TOKEN_FIELDS.token_bound_cidrs,
  token_explicit_max_ttl: TOKEN_FIELDS.token_explicit_max_ttl,
  token_no_default_policy: TOKEN_FIELDS.token_no_default_policy,
  token_num_uses: TOKEN_FIELDS.token_num_uses,
  token_period: TOKEN_FIELDS.token_period,
  token_type: TOKEN_FIELDS.token_type,
} as const;

/** Older names of some of them. */
export const ROLE_ALIASES = {
  bound_cidrs: 'token_bound_cidrs',
  explicit_max_ttl: 'token_explicit_max_ttl',
  period: 'token_period',
} as const;

const POLICY_LISTS = {
  allowed_policies: POLICY_LIST,
  allowed_policies_glob: POLICY_LIST,
  disallowed_policies: POLICY_LIST,
  disallowed_policies_glob: POLICY_LIST,
} as const;

export const TOKEN_ROLE_FIELDS = {
  ...SETTINGS,
  ...POLICY_LISTS,
  bound_cidrs: BLOCK_LIST,
  explicit_max_ttl: 'duration',
  period: 'duration',
  allowed_entity_aliases: POLICY_LIST,
  orphan: 'bool',
  path_suffix: 'string',
  renewable: 'bool',
} as const satisfies Schema;

export const TOKEN_ROLE = {
  ...POLICY_LISTS,
  name: 'string',
  allowed_entity_aliases: ['list', null],
  orphan: 'bool',
  path_suffix: 'string',
  renewable: 'bool',
  explicit_max_ttl: 'duration',
  period: 'duration',
  'bound_cidrs?': 'list',
  'token_bound_cidrs?': 'list',
  token_explicit_max_ttl: 'duration',
  token_no_default_policy: 'bool',
  'token_num_uses?': 'int',
  token_period: 'duration',
  token_type: 'string',
} as const satisfies Shape;

export interface TokenRole extends StoredTokenSettings, Record<keyof typeof POLICY_LISTS, string[]> {
  /** Shown, but without effect: this service has no entities. */
  allowed_entity_aliases: string[] | null;
  orphan: boolean;
  /** Follows the name of the role in the path of its tokens, and so in the ids of their leases; empty for none. */
  path_suffix: string;
  renewable: boolean;
}

const RECORD = record<TokenRole>();

const NO_ROLE: TokenRole = {
  ...NO_TOKEN_SETTINGS,
  token: { ...NO_TOKEN_SETTINGS.token, token_type: 'default-service' },
  allowed_policies: [],
  allowed_policies_glob: [],
  disallowed_policies: [],
  disallowed_policies_glob: [],
  allowed_entity_aliases: null,
  orphan: false,
  path_suffix: '',
  renewable: true,
};

const NAME = /^\w([\w\-.]*\w)?$/;

/**
 * The name of the role in the path, as it was sent.
 * @throws VaultError 404 when it cannot be a name: such a path has no route
 */
export function tokenRoleName({ params }: Pick<Call, 'params'>): string {
  const { role_name = '' } = params;
  if (!NAME.test(role_name) || role_name.length > MAX_NAME_BYTES) throw unsupportedPath();
  return role_name;
}

/** The role of a namespace with this name. */
export async function findTokenRole(
  { store }: Pick<Deps, 'store'>,
  namespaceId: string,
  name: string,
): Promise<TokenRole | undefined> {
  return RECORD.of(await store.get(tokenRoleKey(namespaceId, name)));
}

/** Where the role in the path is stored. */
export function tokenRoleRef(call: Pick<Call, 'params' | 'namespace'>): Ref {
  return tokenRoleKey(call.namespace.id, tokenRoleName(call));
}

/**
 * Merges what was sent into a role, which is new without `before`.
 * @throws VaultError 400 when a setting is invalid, or two of them contradict each other, in Vault's order
 */
export function changedTokenRole(
  name: string,
  sent: Fields<typeof TOKEN_ROLE_FIELDS>,
  before: TokenRole = NO_ROLE,
): TokenRole {
  const { orphan = before.orphan, renewable = before.renewable, path_suffix = before.path_suffix } = sent;
  checkSuffix(name, path_suffix);
  const { token, aliases } = settingsOf(before, sent);
  const type = knownType(sent.token_type ?? before.token.token_type);
  const role = {
    token: { ...token, token_type: type },
    aliases,
    allowed_policies:
      (sent.allowed_policies && cleanPolicies(sent.allowed_policies)) ?? before.allowed_policies,
    allowed_policies_glob: cleanNames(sent.allowed_policies_glob) ?? before.allowed_policies_glob,
    disallowed_policies: cleanNames(sent.disallowed_policies) ?? before.disallowed_policies,
    disallowed_policies_glob: cleanNames(sent.disallowed_policies_glob) ?? before.disallowed_policies_glob,
    allowed_entity_aliases: cleanNames(sent.allowed_entity_aliases) ?? before.allowed_entity_aliases,
    orphan,
    path_suffix,
    renewable,
  };
  if (type === 'batch') refuseBatch(role);
  return role;
}

/** Cleans names as policy names, except that `root` does not replace the others. */
function cleanNames(names: string[] | undefined): string[] | undefined {
  return names && [...new Set(names.map(cleanName))].sort();
}

/** Name and suffix are part of the keys of the leases of its tokens. */
function checkSuffix(name: string, suffix: string): void {
  if (suffix === '') return;
  if (!/\w[\w\-.]+\w/.test(suffix))
    throw refusal('given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w');
  if (Buffer.byteLength(name + suffix) > MAX_NAME_BYTES)
    throw refusal(`the name and the path suffix of a role are at most ${MAX_NAME_BYTES} bytes long together`);
}

function knownType(type: string): string {
  if (!['service', 'batch', 'default-service', 'default-batch'].includes(type))
    throw refusal(`invalid 'token_type' value ${goQuote(type)}`);
  return type;
}

/** Reads the shared settings as an auth method does, except for the token type. */
function settingsOf(
  { token, aliases }: StoredTokenSettings,
  { token_type: _, ...sent }: Fields<typeof TOKEN_ROLE_FIELDS>,
): StoredTokenSettings {
  try {
    return readTokenSettings({ token: { ...token, token_type: 'default' }, aliases }, sent, ROLE_ALIASES);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw refusal(`error parsing role fields: ${error.message}`);
  }
}

function refuseBatch({ token, orphan, renewable }: TokenRole): void {
  const not = (what: string) =>
    refusal(`'token_type' cannot be 'batch' when role is set to generate ${what}`);
  if (!orphan) throw not('non-orphan tokens');
  if (token.token_period > 0) throw not('periodic tokens');
  if (renewable) throw not('renewable tokens');
  if (token.token_explicit_max_ttl > 0) throw not('tokens with an explicit max TTL');
  if (token.token_num_uses > 0) throw not('tokens with limited use count');
}

/** The warning for a role whose maximum is above that of its mount. */
export function tokenRoleWarnings({ token }: TokenRole, mount: Parameters<typeof mountTtls>[0]): string[] {
  const [given, { maxTtl }] = [token.token_explicit_max_ttl, mountTtls(mount)];
  if (given <= maxTtl) return [];
  const until = 'until this is fixed attempting to create tokens against this role will result in an error';
  return [
    `Given explicit max TTL of ${given} is greater than system/mount allowed value of ${maxTtl} seconds; ${until}`,
  ];
}

/** The role as a read of it shows it. */
export function tokenRoleData(name: string, role: TokenRole): Wire<typeof TOKEN_ROLE> {
  const { token, aliases } = role;
  const cidrs = token.token_bound_cidrs;
  return {
    name,
    allowed_policies: role.allowed_policies,
    allowed_policies_glob: role.allowed_policies_glob,
    disallowed_policies: role.disallowed_policies,
    disallowed_policies_glob: role.disallowed_policies_glob,
    allowed_entity_aliases: role.allowed_entity_aliases,
    orphan: role.orphan,
    path_suffix: role.path_suffix,
    renewable: role.renewable,
    explicit_max_ttl: aliases.includes('explicit_max_ttl') ? token.token_explicit_max_ttl : 0,
    period: aliases.includes('period') ? token.token_period : 0,
    token_explicit_max_ttl: token.token_explicit_max_ttl,
    token_no_default_policy: token.token_no_default_policy,
    token_period: token.token_period,
    token_type: token.token_type,
    ...(cidrs.length > 0 && { token_bound_cidrs: cidrs }),
    ...(cidrs.length > 0 && aliases.includes('bound_cidrs') && { bound_cidrs: cidrs }),
    ...(token.token_num_uses > 0 && { token_num_uses: token.token_num_uses }),
  };
}
