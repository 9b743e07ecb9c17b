/** A mount after tuning (contract §3.4). Pure. */

import { durationProblem, parseDuration } from '../http/duration.ts';
import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { Meant } from '../http/shape.ts';
import type { BuiltinMount } from './builtin.ts';
import { authVersionRefused, invalidVersion, secretVersionRefused } from './errors.ts';
import type { Mount, MountConfig, UserLockout } from './mount.ts';
import {
  CONFIG_LISTS,
  type ConfigList,
  LEASE_TTL,
  readTokenType,
  readVisibility,
  TOKEN_TYPE,
} from './mountConfig.ts';
import type { MountType } from './mountType.ts';
import { isAuthPath } from './path.ts';
import { canonicalVersion, PLUGIN_VERSION, VERSION_TEXT } from './pluginVersion.ts';
import { noSuchPlugin } from './readNewMount.ts';

const LOCKOUT_FIELDS = {
  lockout_threshold: 'int',
  lockout_duration: LEASE_TTL,
  lockout_counter_reset_duration: LEASE_TTL,
} as const;

export const TUNE_FIELDS = {
  default_lease_ttl: LEASE_TTL,
  max_lease_ttl: LEASE_TTL,
  description: 'string',
  audit_non_hmac_request_keys: 'list',
  audit_non_hmac_response_keys: 'list',
  listing_visibility: 'string',
  token_type: TOKEN_TYPE,
  passthrough_request_headers: 'list',
  allowed_response_headers: 'list',
  options: 'pairs',
  plugin_version: VERSION_TEXT,
  user_lockout_config: new Meant('map', { members: LOCKOUT_FIELDS }),
} as const;

export type TuneFields = Fields<typeof TUNE_FIELDS>;

type Tunable = Mount | BuiltinMount;

/**
 * The mount with the changes of a tuning.
 * @param type nothing for a built-in mount
 * @throws VaultError 400
 */
export function tuned<M extends Tunable>(mount: M, fields: TuneFields, type?: MountType): M {
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
  const userLockout = tunedLockout(config.userLockout, fields.user_lockout_config ?? {}, mount.type, type);
  if (userLockout) config.userLockout = userLockout;
  const { plugin_version, listing_visibility, token_type } = fields;
  if (plugin_version !== undefined) checkTunedVersion(plugin_version, mount.type);
  if (listing_visibility !== undefined) config.listingVisibility = readVisibility(listing_visibility);
  if (token_type !== undefined) {
    if (!isAuthPath(mount.path)) throw refusal("'token_type' can only be modified on auth mounts");
    config.tokenType = readTokenType(token_type);
  }
  for (const name of Object.keys(CONFIG_LISTS) as ConfigList[]) {
    const list = fields[name];
    if (list !== undefined) config[CONFIG_LISTS[name]] = list;
  }
  return config;
}

/** @throws VaultError 400 for any version but the one that each type has */
function checkTunedVersion(asked: string, type: string): void {
  const version = canonicalVersion(asked);
  if (version !== PLUGIN_VERSION) throw noSuchPlugin(type, version);
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
  if (!/^[+-]?\d{0,15}$/.test(version))
    throw refusal(`unable to parse options: strconv.ParseInt: parsing ${goQuote(version)}: invalid syntax`);
  if (isAuthPath(mount.path)) throw authVersionRefused(mount.type);
  if (!versions) throw secretVersionRefused(mount.type);
  if (!versions.includes(version)) throw invalidVersion(String(Number(version)));
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
  const { lockout_threshold, lockout_duration, lockout_counter_reset_duration, lockout_disable } = raw;
  const texts = [lockout_threshold, lockout_duration, lockout_counter_reset_duration].map(toText);
  const disabled = toSwitch(lockout_disable);
  if (!type?.userLockout)
    throw refusal(`tuning of user lockout configuration for auth type ${goQuote(typeName)} not allowed`);
  const [threshold, duration, counterReset] = texts;
  return {
    ...before,
    ...(threshold && { threshold: toThreshold(threshold) }),
    ...(duration && { duration: toSeconds(duration) }),
    ...(counterReset && { counterReset: toSeconds(counterReset) }),
    ...(disabled !== undefined && { disabled }),
  };
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string' && typeof value !== 'number') throw unusableLockout();
  return String(value);
}

function toThreshold(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const problem = `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`;
  throw refusal(`unable to parse user lockout threshold: ${problem}`);
}

function toSwitch(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw unusableLockout();
  return value;
}

function unusableLockout(): VaultError {
  return refusal('unable to convert given user lockout config information');
}

/** @returns seconds; 0 for the system's */
function toSeconds(text: string): number {
  if (text === 'system') return 0;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw refusal(durationProblem(text));
  return seconds;
}
