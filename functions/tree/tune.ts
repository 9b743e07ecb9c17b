/** What tuning makes of a mount (contract §3.4). Pure. */

import { parseDuration } from '../http/duration.ts';
import type { Fields } from '../http/fields.ts';
import type { BuiltinMount } from './builtin.ts';
import {
  authVersionRefused,
  downgrade,
  invalidDuration,
  invalidVersion,
  maxBelowDefault,
  secretVersionRefused,
  tokenTypeOnSecret,
} from './errors.ts';
import { isAuth, type Mount, type MountConfig } from './mount.ts';
import { CONFIG_LISTS, type ConfigList, readTokenType, readVisibility } from './mountConfig.ts';
import { checkPluginVersion } from './mountOrder.ts';
import type { MountType } from './mountType.ts';
import { tableOf } from './table.ts';
import { tuneLockout } from './userLockout.ts';

export const TUNE_FIELDS = {
  default_lease_ttl: 'string',
  max_lease_ttl: 'string',
  description: 'string',
  audit_non_hmac_request_keys: 'list',
  audit_non_hmac_response_keys: 'list',
  listing_visibility: 'string',
  token_type: 'string',
  passthrough_request_headers: 'list',
  allowed_response_headers: 'list',
  options: 'pairs',
  plugin_version: 'string',
  user_lockout_config: 'map',
} as const;

export type TuneFields = Fields<typeof TUNE_FIELDS>;

type Tunable = Mount | BuiltinMount;

/**
 * @param type what its type allows; nothing for a built-in mount
 * @throws VaultError 400
 */
export function tuned<M extends Tunable>(mount: M, fields: TuneFields, type?: MountType): M {
  checkPluginVersion(fields.plugin_version, mount.type, tableOf(mount.path));
  return {
    ...mount,
    description: fields.description ?? mount.description,
    config: tunedConfig(mount, fields, type),
    ...(fields.options && { options: tunedOptions(mount, fields.options, type) }),
  };
}

/** The warning that goes with switching versions on, if that is what happened. */
export function upgradeWarning(before: Tunable, after: Tunable): string | undefined {
  const [from, to] = [versionOf(before), versionOf(after)];
  if (from === to) return undefined;
  return `Upgrading mount from version ${from} to version ${to}. This mount will be unavailable for a brief period and will resume service shortly.`;
}

function tunedConfig(mount: Tunable, fields: TuneFields, type?: MountType): MountConfig {
  const config: MountConfig = { ...mount.config, ...tunedTtls(mount.config, fields) };
  const { listing_visibility, token_type } = fields;
  if (listing_visibility !== undefined) config.listingVisibility = readVisibility(listing_visibility);
  if (token_type !== undefined) {
    if (!isAuth(mount)) throw tokenTypeOnSecret();
    config.tokenType = readTokenType(token_type);
  }
  for (const name of Object.keys(CONFIG_LISTS) as ConfigList[]) {
    const list = fields[name];
    if (list !== undefined) config[CONFIG_LISTS[name]] = list;
  }
  const userLockout = tuneLockout(config.userLockout, fields.user_lockout_config ?? {}, mount.type, type);
  return userLockout ? { ...config, userLockout } : config;
}

function tunedTtls(
  before: MountConfig,
  fields: TuneFields,
): Pick<MountConfig, 'defaultLeaseTtl' | 'maxLeaseTtl'> {
  const defaultLeaseTtl = tunedTtl(before.defaultLeaseTtl, fields.default_lease_ttl);
  const maxLeaseTtl = tunedTtl(before.maxLeaseTtl, fields.max_lease_ttl);
  const isChanged = defaultLeaseTtl !== before.defaultLeaseTtl || maxLeaseTtl !== before.maxLeaseTtl;
  if (isChanged && maxLeaseTtl > 0 && maxLeaseTtl < defaultLeaseTtl) {
    throw maxBelowDefault(maxLeaseTtl, defaultLeaseTtl);
  }
  return { defaultLeaseTtl, maxLeaseTtl };
}

/** @returns seconds; 0 for the system's */
function tunedTtl(before: number, text = ''): number {
  if (text === '') return before;
  if (text === 'system') return 0;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw invalidDuration(text);
  return seconds;
}

/** Options are merged; an empty one is taken away, but for the version, which can only rise. */
function tunedOptions(
  mount: Tunable,
  changes: Record<string, string>,
  type?: MountType,
): Record<string, string> {
  if (changes.version !== undefined) checkVersion(mount, changes.version, type);
  const merged = Object.entries({ ...mount.options, ...changes });
  return Object.fromEntries(merged.filter(([, value]) => value !== ''));
}

function checkVersion(mount: Tunable, version: string, { versions }: Partial<MountType> = {}): void {
  if (isAuth(mount)) throw authVersionRefused(mount.type);
  if (!versions) throw secretVersionRefused(mount.type);
  if (!versions.includes(version)) throw invalidVersion(version);
  const before = versionOf(mount);
  if (Number(version) < before) throw downgrade(before);
}

function versionOf({ options }: Tunable): number {
  return Number(options?.version || 1);
}
