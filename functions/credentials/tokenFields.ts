/** The ten settings that every auth method keeps for the tokens it gives out (contract §8.1). */

import type { Fields, Schema } from '../http/fields.ts';
import { isCidr } from './cidr.ts';
import {
  invalidTokenType,
  limitedBatch,
  negativeTokenUses,
  notAnAddress,
  periodicBatch,
  strictlyBoundTwice,
  tokenTtlAboveMax,
} from './tokenFieldErrors.ts';

export const TOKEN_FIELDS = {
  token_bound_cidrs: 'list',
  token_explicit_max_ttl: 'duration',
  token_max_ttl: 'duration',
  token_no_default_policy: 'bool',
  token_num_uses: 'int',
  token_period: 'duration',
  token_policies: 'list',
  token_strictly_bind_ip: 'bool',
  token_ttl: 'duration',
  token_type: 'string',
} as const satisfies Schema;

/** The settings and those older names that were used, as a user or role is answered; the type tells the settings alone. */
export function tokenSettingsShape(aliases: Aliases): typeof TOKEN_FIELDS {
  const old = Object.entries(aliases).map(([name, setting]) => [`${name}?`, TOKEN_FIELDS[setting]]);
  return { ...TOKEN_FIELDS, ...Object.fromEntries(old) };
}

type TokenFields = Fields<typeof TOKEN_FIELDS>;

/** Stored and shown under the names of the fields. */
export type TokenSettings = { [Name in keyof TokenFields]: NonNullable<TokenFields[Name]> };

/** Older names of some of the settings, which differ from method to method: old name → new name. */
export type Aliases = Readonly<Record<string, keyof TokenSettings>>;

/** The part of a user or role that is about its tokens. */
export interface TokenRole {
  token: TokenSettings;
  /** The older names that were used to set something, which are shown for that. */
  aliases: string[];
}

export const NO_TOKEN_ROLE: TokenRole = {
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
 * Merges the settings that were sent into those that were kept.
 * @returns what is kept from now on, and warnings for the client
 * @throws VaultError 400 when the outcome makes no sense
 */
export function readTokenRole(
  { token, aliases: used }: TokenRole,
  sent: Readonly<Record<string, unknown>>,
  aliases: Aliases,
): TokenRole & { warnings: string[] } {
  const changes: Record<string, unknown> = {};
  for (const [old, name] of Object.entries(aliases)) if (sent[old] !== undefined) changes[name] = sent[old];
  for (const name of Object.keys(TOKEN_FIELDS)) if (sent[name] !== undefined) changes[name] = sent[name];
  const merged = { ...token, ...(changes as Partial<TokenSettings>) };
  const { type, warnings } = knownType(merged.token_type);
  const settings = { ...merged, token_type: type };
  refuseNonsense(settings);
  return { token: settings, aliases: usedAliases(used, sent, aliases), warnings };
}

/** As a read of the user or role shows them. */
export function showTokenRole({ token, aliases: used }: TokenRole, aliases: Aliases): TokenSettings {
  const old = used.map((name) => [name, token[aliases[name] as keyof TokenSettings]] as const);
  const told = old.filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return { ...token, ...Object.fromEntries(told) };
}

/** An older name counts as used until the new name is used without it. */
function usedAliases(before: string[], sent: Readonly<Record<string, unknown>>, aliases: Aliases): string[] {
  return Object.entries(aliases)
    .filter(([old, name]) => sent[old] !== undefined || (before.includes(old) && sent[name] === undefined))
    .map(([old]) => old);
}

/** Clients also send the types that a mount may have, which say no more on a role. */
function knownType(type: string): { type: string; warnings: string[] } {
  if (type === '') return { type: 'default', warnings: [] };
  if (['default', 'service', 'batch'].includes(type)) return { type, warnings: [] };
  if (type !== 'default-service' && type !== 'default-batch') throw invalidTokenType(type);
  const plain = type.slice('default-'.length);
  return { type: plain, warnings: [`${type} has no useful meaning; adjusting to ${plain}`] };
}

function refuseNonsense(token: TokenSettings): void {
  const strange = token.token_bound_cidrs.find((block) => !isCidr(block));
  if (strange !== undefined) throw notAnAddress(strange);
  if (token.token_num_uses < 0) throw negativeTokenUses();
  if (token.token_type === 'batch' && token.token_period > 0) throw periodicBatch();
  if (token.token_type === 'batch' && token.token_num_uses > 0) throw limitedBatch();
  if (token.token_max_ttl > 0 && token.token_ttl > token.token_max_ttl) throw tokenTtlAboveMax();
  if (token.token_strictly_bind_ip && token.token_bound_cidrs.length > 0) throw strictlyBoundTwice();
}
