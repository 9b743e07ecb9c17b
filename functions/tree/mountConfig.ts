/** The `config` of a mount as clients send it when they enable one (contract §3.2, §3.3). Pure. */

import { parseDuration } from '../http/duration.ts';
import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import {
  defaultAboveMax,
  defaultAboveSystemMax,
  invalidTokenType,
  invalidVisibility,
  unusableConfig,
  unusableTtl,
} from './errors.ts';
import type { MountConfig } from './mount.ts';
import type { Table } from './table.ts';

/** The lists of a config, by their names in requests. */
export const CONFIG_LISTS = {
  audit_non_hmac_request_keys: 'auditNonHmacRequestKeys',
  audit_non_hmac_response_keys: 'auditNonHmacResponseKeys',
  passthrough_request_headers: 'passthroughRequestHeaders',
  allowed_response_headers: 'allowedResponseHeaders',
} as const;

export type ConfigList = keyof typeof CONFIG_LISTS;

const TOKEN_TYPES = ['default-service', 'default-batch', 'service', 'batch'];
const VISIBILITIES = ['', 'hidden', 'unauth'];

export function readConfig(raw: Record<string, unknown>, table: Table): MountConfig {
  const text = (name: string): string => toText(raw[name], table);
  const defaultLeaseTtl = enableTtl('default', text('default_lease_ttl'));
  const maxLeaseTtl = enableTtl('max', text('max_lease_ttl'));
  if (maxLeaseTtl > 0 && defaultLeaseTtl > maxLeaseTtl) throw defaultAboveMax();
  if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_MAX_TTL_S) throw defaultAboveSystemMax(SYSTEM_MAX_TTL_S);
  const listingVisibility = readVisibility(text('listing_visibility'));
  return {
    defaultLeaseTtl,
    maxLeaseTtl,
    forceNoCache: toBool(raw.force_no_cache, table),
    ...(table === 'auth' && { tokenType: readTokenType(text('token_type')) }),
    ...(listingVisibility && { listingVisibility }),
    ...listsOf(raw, table),
  };
}

/** @throws VaultError 400 for anything but the four types; none stands for the default */
export function readTokenType(type: string): string {
  if (type === '') return 'default-service';
  if (!TOKEN_TYPES.includes(type)) throw invalidTokenType();
  return type;
}

export function readVisibility(visibility: string): string {
  if (!VISIBILITIES.includes(visibility)) throw invalidVisibility(visibility);
  return visibility;
}

/** A text of the config; a number counts as the text it was written in, as in Vault. */
export function configText(raw: Record<string, unknown>, name: string, table: Table): string {
  return toText(raw[name], table);
}

/** @returns seconds; 0 for the system's */
function enableTtl(which: 'default' | 'max', text: string): number {
  if (text === 'system') return 0;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw unusableTtl(which, text);
  return seconds;
}

function listsOf(raw: Record<string, unknown>, table: Table): Partial<MountConfig> {
  const lists = Object.entries(CONFIG_LISTS)
    .map(([name, key]) => [key, toList(raw[name], table)] as const)
    .filter(([, list]) => list.length > 0);
  return Object.fromEntries(lists);
}

function toText(value: unknown, table: Table): string {
  if (value === undefined || value === null) return '';
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (typeof value !== 'string' && typeof value !== 'number') throw unusableConfig(table);
  return String(value);
}

function toBool(value: unknown, table: Table): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw unusableConfig(table);
  return value;
}

function toList(value: unknown, table: Table): string[] {
  if (Array.isArray(value)) return value.map((item) => toText(item, table));
  return toText(value, table)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
