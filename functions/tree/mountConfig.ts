/** The `config` of a request that enables a mount (contract §3.2, §3.3), and its fields that tuning shares. Pure. */

import { durationProblem, parseDuration, secondsMeant } from '../http/duration.ts';
import { refusal, type VaultError } from '../http/errors.ts';
import { Meant } from '../http/shape.ts';
import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import type { MountConfig } from './mount.ts';
import type { MountTable } from './path.ts';
import { VERSION_TEXT } from './pluginVersion.ts';

/** The lists of a config, by their names in requests. */
export const CONFIG_LISTS = {
  audit_non_hmac_request_keys: 'auditNonHmacRequestKeys',
  audit_non_hmac_response_keys: 'auditNonHmacResponseKeys',
  passthrough_request_headers: 'passthroughRequestHeaders',
  allowed_response_headers: 'allowedResponseHeaders',
} as const;

export type ConfigList = keyof typeof CONFIG_LISTS;

const DEFAULT_TOKEN_TYPE = 'default-service';
const TOKEN_TYPES = ['default-service', 'default-batch', 'service', 'batch'];
const VISIBILITIES = ['', 'hidden', 'unauth'];

/**
 * Everything but the visibility, which is judged after the type.
 * @throws VaultError 400: for a value of the wrong type first
 */
export function readMountConfig(raw: Record<string, unknown>, table: MountTable): MountConfig {
  const [defaultText = '', maxText = '', tokenType = ''] = TEXTS.map((name) => configText(raw, name, table));
  const forceNoCache = toBool(raw.force_no_cache, table);
  const lists = listsOf(raw, table);
  // The lockout of users can only be tuned.
  if (Object.keys(raw.user_lockout_config ?? {}).length > 0) throw unusableConfig(table);
  const defaultLeaseTtl = readTtl('default', defaultText);
  const maxLeaseTtl = readTtl('max', maxText);
  if (maxLeaseTtl > 0 && defaultLeaseTtl > maxLeaseTtl) {
    throw refusal('given default lease TTL greater than given max lease TTL');
  }
  if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_MAX_TTL_S) {
    throw refusal(`given default lease TTL greater than system max lease TTL of ${SYSTEM_MAX_TTL_S}`);
  }
  return {
    defaultLeaseTtl,
    maxLeaseTtl,
    forceNoCache,
    ...(table === 'auth' && { tokenType: readTokenType(tokenType) }),
    ...lists,
  };
}

/** All texts of a config are converted before any of them is judged. */
const TEXTS = ['default_lease_ttl', 'max_lease_ttl', 'token_type', 'listing_visibility', 'plugin_name'];

/**
 * @param type empty for the default
 * @throws VaultError 400 for anything but the four types
 */
export function readTokenType(type: string): string {
  if (type === '') return DEFAULT_TOKEN_TYPE;
  if (!TOKEN_TYPES.includes(type)) throw refusal("invalid value for 'token_type'");
  return type;
}

/** @throws VaultError 400 */
export function readVisibility(visibility: string): string {
  if (!VISIBILITIES.includes(visibility)) throw refusal(`invalid listing_visibility ${visibility}`);
  return visibility;
}

/** A text of the config. As in Vault, a number is accepted, in the notation of the request. */
export function configText(raw: Record<string, unknown>, name: string, table: MountTable): string {
  return toText(raw[name], table);
}

/** Fields of requests that enable or tune a mount. */
export const LEASE_TTL = new Meant('string', {
  spellings: (text) => (text === 'system' ? [0] : secondsMeant(text)),
});
export const TOKEN_TYPE = new Meant('string', { spellings: (type) => [type || DEFAULT_TOKEN_TYPE] });

/** The fields of `config`. */
export const CONFIG_FIELDS = {
  default_lease_ttl: LEASE_TTL,
  max_lease_ttl: LEASE_TTL,
  token_type: TOKEN_TYPE,
  audit_non_hmac_request_keys: 'list',
  audit_non_hmac_response_keys: 'list',
  passthrough_request_headers: 'list',
  allowed_response_headers: 'list',
  plugin_version: VERSION_TEXT,
  '*': 'string',
} as const;

/** @returns seconds; 0 for the system's */
function readTtl(which: 'default' | 'max', text: string): number {
  if (text === 'system') return 0;
  const seconds = parseDuration(text);
  if (seconds === undefined)
    throw refusal(`unable to parse ${which} TTL of ${text}: ${durationProblem(text)}`);
  return seconds;
}

function listsOf(raw: Record<string, unknown>, table: MountTable): Partial<MountConfig> {
  const lists = Object.entries(CONFIG_LISTS)
    .map(([name, key]) => [key, toList(raw[name], table)] as const)
    .filter(([, list]) => list.length > 0);
  return Object.fromEntries(lists);
}

function toText(value: unknown, table: MountTable): string {
  if (value === undefined || value === null) return '';
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (typeof value !== 'string' && typeof value !== 'number') throw unusableConfig(table);
  return String(value);
}

function toBool(value: unknown, table: MountTable): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw unusableConfig(table);
  return value;
}

function toList(value: unknown, table: MountTable): string[] {
  if (Array.isArray(value)) return value.map((item) => toText(item, table));
  return toText(value, table)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function unusableConfig(table: MountTable): VaultError {
  return refusal(`unable to convert given ${table} config information`);
}
