/** A mount after tuning (contract §3.4). Pure. */

import { parseDuration } from '../http/duration.ts';
import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import type { BuiltinMount } from './builtin.ts';
import { authVersionRefused, invalidVersion, secretVersionRefused } from './errors.ts';
import type { Mount, MountConfig, UserLockout } from './mount.ts';
import { CONFIG_LISTS, type ConfigList, readTokenType, readVisibility } from './mountConfig.ts';
import type { MountType } from './mountType.ts';
import { isAuthPath, tableOf } from './path.ts';
import { checkPluginVersion } from './readNewMount.ts';

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
 * The mount with the changes of a tuning.
 * @param type nothing for a built-in mount
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

/** @returns the warning of a tuning that switched versions on */
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
    if (!isAuthPath(mount.path)) throw refusal("'token_type' can only be modified on auth mounts");
    config.tokenType = readTokenType(token_type);
  }
  for (const name of Object.keys(CONFIG_LISTS) as ConfigList[]) {
    const list = fields[name];
    if (list !== undefined) config[CONFIG_LISTS[name]] = list;
  }
  const userLockout = tunedLockout(config.userLockout, fields.user_lockout_config ?? {}, mount.type, type);
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
    throw refusal(
      `backend max lease TTL of ${maxLeaseTtl} would be less than backend default lease TTL of ${defaultLeaseTtl}`,
    );
  }
  return { defaultLeaseTtl, maxLeaseTtl };
}

/** @returns seconds; 0 for the system's */
function tunedTtl(before: number, text = ''): number {
  return text === '' ? before : toSeconds(text);
}

/** Options are merged, and an empty one is removed. The version can only rise. */
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
  if (isAuthPath(mount.path)) throw authVersionRefused(mount.type);
  if (!versions) throw secretVersionRefused(mount.type);
  if (!versions.includes(version)) throw invalidVersion(version);
  const before = versionOf(mount);
  if (Number(version) < before) throw refusal(`cannot downgrade mount from version ${before}`);
}

function versionOf({ options }: Tunable): number {
  return Number(options?.version || 1);
}

/** @param raw the fields that were sent; an empty field changes nothing */
function tunedLockout(
  before: UserLockout | undefined,
  raw: Record<string, unknown>,
  typeName: string,
  type?: MountType,
): UserLockout | undefined {
  if (Object.keys(raw).length === 0) return before;
  if (!type?.userLockout) {
    throw refusal(`tuning of user lockout configuration for auth type ${goQuote(typeName)} not allowed`);
  }
  const { lockout_threshold, lockout_duration, lockout_counter_reset_duration, lockout_disable } = raw;
  const after: UserLockout = { ...before };
  if (isGiven(lockout_threshold)) after.threshold = toThreshold(lockout_threshold);
  if (isGiven(lockout_duration)) after.duration = toSeconds(lockout_duration);
  if (isGiven(lockout_counter_reset_duration)) after.counterReset = toSeconds(lockout_counter_reset_duration);
  if (isGiven(lockout_disable)) after.disabled = toSwitch(lockout_disable);
  return after;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function toThreshold(value: unknown): number {
  if (!/^\d{1,9}$/.test(String(value))) throw unusableLockout();
  return Number(value);
}

function toSwitch(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unusableLockout();
  return value;
}

function unusableLockout(): VaultError {
  return refusal('unable to convert given user lockout config information');
}

/** @returns seconds; 0 for the system's */
function toSeconds(value: unknown): number {
  if (value === 'system') return 0;
  const seconds = parseDuration(value);
  if (seconds === undefined) throw refusal(`time: invalid duration ${goQuote(String(value))}`);
  return seconds;
}
