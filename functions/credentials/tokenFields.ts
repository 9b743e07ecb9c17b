/** The ten settings that every auth method has for the tokens it issues (contract §8.1). */

import { goQuote, refusal } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { Meant } from '../http/shape.ts';
import type { RenewalLimits } from '../tree/mountType.ts';
import { BLOCK_LIST, isAddressOrCidr, plainAddress } from './cidr.ts';
import { POLICY_LIST } from './policyNames.ts';

export const TOKEN_FIELDS = {
  token_bound_cidrs: BLOCK_LIST,
  token_explicit_max_ttl: 'duration',
  token_max_ttl: 'duration',
  token_no_default_policy: 'bool',
  token_num_uses: 'int',
  token_period: 'duration',
  token_policies: POLICY_LIST,
  token_strictly_bind_ip: 'bool',
  token_ttl: 'duration',
  token_type: new Meant('string', { spellings: (type) => [type || 'default'] }),
} as const satisfies Schema;

/**
 * The shape of the settings in an answer, with the older names that may have been used. The type has the settings only.
 */
export function tokenSettingsShape(aliases: Aliases): typeof TOKEN_FIELDS {
  const old = Object.entries(aliases).map(([name, setting]) => [`${name}?`, TOKEN_FIELDS[setting]]);
  return { ...TOKEN_FIELDS, ...Object.fromEntries(old) };
}

type TokenFields = Fields<typeof TOKEN_FIELDS>;

/** Stored and shown under the names of the fields. */
export type TokenSettings = { [Name in keyof TokenFields]: NonNullable<TokenFields[Name]> };

/** Older names of some settings, which differ between methods: old name → new name. */
export type Aliases = Readonly<Record<string, keyof TokenSettings>>;

/** The part of a user or role that concerns its tokens. */
export interface StoredTokenSettings {
  token: TokenSettings;
  /** The older names that were used to set something; answers show them, too. */
  aliases: string[];
}

export const NO_TOKEN_SETTINGS: StoredTokenSettings = {
  token: {
    token_bound_cidrs: [],
    token_explicit_max_ttl: 0,
    token_max_ttl: 0,
    token_no_default_policy: false,
    token_num_uses: 0,
    token_period: 0,
    token_policies: [],
    token_strictly_bind_ip: false,
    token_ttl: 0,
    token_type: 'default',
  },
  aliases: [],
};

/**
 * Merges the settings that were sent into the stored ones.
 * @returns what is to be stored
 * @throws VaultError 400 when a setting is invalid, or two of them contradict each other
 */
export function readTokenSettings(
  { token, aliases: used }: StoredTokenSettings,
  sent: Readonly<Record<string, unknown>>,
  aliases: Aliases,
): StoredTokenSettings {
  const changes: Record<string, unknown> = {};
  for (const [old, name] of Object.entries(aliases)) if (sent[old] !== undefined) changes[name] = sent[old];
  for (const name of Object.keys(TOKEN_FIELDS)) if (sent[name] !== undefined) changes[name] = sent[name];
  const merged = { ...token, ...(changes as Partial<TokenSettings>) };
  const settings = { ...merged, token_type: knownType(merged.token_type) };
  checkSettings(settings);
  const token_bound_cidrs = settings.token_bound_cidrs.map(plainAddress);
  return { token: { ...settings, token_bound_cidrs }, aliases: usedAliases(used, sent, aliases) };
}

/** The settings as a read of the user or role shows them. */
export function showTokenSettings(
  { token, aliases: used }: StoredTokenSettings,
  aliases: Aliases,
): TokenSettings {
  const old = used.map((name) => [name, token[aliases[name] as keyof TokenSettings]] as const);
  const shown = old.filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return { ...token, ...Object.fromEntries(shown) };
}

/** What the settings allow at a renewal of a token. */
export function renewalLimits({ token }: StoredTokenSettings): RenewalLimits {
  return { ttl: token.token_ttl, maxTtl: token.token_max_ttl, period: token.token_period };
}

/** An older name counts as used until the new name is used without it. */
function usedAliases(before: string[], sent: Readonly<Record<string, unknown>>, aliases: Aliases): string[] {
  return Object.entries(aliases)
    .filter(([old, name]) => sent[old] !== undefined || (before.includes(old) && sent[name] === undefined))
    .map(([old]) => old);
}

function knownType(type: string): string {
  if (type === '') return 'default';
  if (!['default', 'service', 'batch'].includes(type))
    throw refusal(`invalid 'token_type' value ${goQuote(type)}`);
  return type;
}

function checkSettings(token: TokenSettings): void {
  const { token_bound_cidrs: blocks, token_type: type } = token;
  const strange = blocks.find((block) => !isAddressOrCidr(block));
  if (strange !== undefined)
    throw refusal(
      `error parsing address ${goQuote(strange)}: Unable to convert ${goQuote(strange)} to an IPv4 or IPv6 address, or a UNIX Socket`,
    );
  if (token.token_num_uses < 0) throw refusal("'token_num_uses' cannot be negative");
  const batchWhen = "'token_type' cannot be 'batch' or 'default_batch' when set to generate";
  if (type === 'batch' && token.token_period > 0) throw refusal(`${batchWhen} periodic tokens`);
  if (type === 'batch' && token.token_num_uses > 0)
    throw refusal(`${batchWhen} tokens with limited use count`);
  if (token.token_max_ttl > 0 && token.token_ttl > token.token_max_ttl)
    throw refusal("'token_ttl' cannot be greater than 'token_max_ttl'");
  if (token.token_strictly_bind_ip && blocks.length > 0)
    throw refusal("'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one");
}
