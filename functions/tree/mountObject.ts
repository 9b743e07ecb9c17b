/** A mount as clients see it: in listings, and by its tune endpoint (contract §3.1, §3.4). Pure. */

import type { Shape, Wire } from '../http/shape.ts';
import type { BuiltinMount } from './builtin.ts';
import { type Mount, type MountConfig, mountTtls, type UserLockout } from './mount.ts';
import { CONFIG_LISTS, type ConfigList } from './mountConfig.ts';
import { GENERIC } from './mountType.ts';
import { builtinPath, isAuthPath } from './path.ts';
import { PLUGIN_VERSION } from './pluginVersion.ts';

const SHOWN_WHEN_SET = {
  'token_type?': 'string',
  'listing_visibility?': 'string',
  'audit_non_hmac_request_keys?': 'list',
  'audit_non_hmac_response_keys?': 'list',
  'passthrough_request_headers?': 'list',
  'allowed_response_headers?': 'list',
} as const satisfies Shape;

const LOCKOUT = {
  user_lockout_counter_reset_duration: 'duration',
  user_lockout_threshold: 'int',
  user_lockout_duration: 'duration',
  user_lockout_disable: 'bool',
} as const satisfies Shape;

export const MOUNT = {
  type: 'string',
  description: 'string',
  accessor: 'string',
  uuid: 'string',
  local: 'bool',
  seal_wrap: 'bool',
  external_entropy_access: 'bool',
  options: ['pairs', null],
  plugin_version: 'string',
  running_plugin_version: 'string',
  running_sha256: 'string',
  'deprecation_status?': 'string',
  config: {
    default_lease_ttl: 'duration',
    max_lease_ttl: 'duration',
    force_no_cache: 'bool',
    ...SHOWN_WHEN_SET,
    'user_lockout_config?': LOCKOUT,
  },
} as const satisfies Shape;

export type MountInfo = Wire<typeof MOUNT>;

export const TUNE = {
  description: 'string',
  default_lease_ttl: 'duration',
  max_lease_ttl: 'duration',
  force_no_cache: 'bool',
  'external_entropy_access?': 'bool',
  ...SHOWN_WHEN_SET,
  'user_lockout_counter_reset_duration?': 'duration',
  'user_lockout_threshold?': 'int',
  'user_lockout_duration?': 'duration',
  'user_lockout_disable?': 'bool',
  'options?': 'pairs',
} as const satisfies Shape;

export type TuneInfo = Wire<typeof TUNE>;

export function mountObject(mount: Mount | BuiltinMount): MountInfo {
  const { config, options } = mount;
  const lockout = lockoutData(config.userLockout);
  return {
    type: mount.type,
    description: mount.description,
    accessor: mount.accessor,
    uuid: mount.uuid,
    local: mount.local,
    seal_wrap: mount.sealWrap,
    external_entropy_access: mount.externalEntropyAccess,
    options,
    plugin_version: '',
    running_plugin_version: PLUGIN_VERSION,
    running_sha256: '',
    ...(!builtinPath(mount.path) && mount.type !== GENERIC && { deprecation_status: 'supported' }),
    config: {
      default_lease_ttl: config.defaultLeaseTtl,
      max_lease_ttl: config.maxLeaseTtl,
      force_no_cache: config.forceNoCache,
      ...shownWhenSet(mount),
      ...(lockout && { user_lockout_config: lockout }),
    },
  };
}

/** Its lease times are the effective ones, in seconds. */
export function tuneObject(mount: Mount | BuiltinMount): TuneInfo {
  const { config, options, description, externalEntropyAccess } = mount;
  const { defaultTtl, maxTtl } = mountTtls(mount);
  return {
    description,
    default_lease_ttl: defaultTtl,
    max_lease_ttl: maxTtl,
    force_no_cache: config.forceNoCache,
    ...(externalEntropyAccess && { external_entropy_access: true }),
    ...shownWhenSet(mount),
    ...lockoutData(config.userLockout),
    ...(options && Object.keys(options).length > 0 && { options }),
  };
}

function lockoutData(lockout: UserLockout | undefined): Wire<typeof LOCKOUT> | undefined {
  if (!lockout) return undefined;
  return {
    user_lockout_counter_reset_duration: lockout.counterReset ?? 0,
    user_lockout_threshold: lockout.threshold ?? 0,
    user_lockout_duration: lockout.duration ?? 0,
    user_lockout_disable: lockout.disabled ?? false,
  };
}

function shownWhenSet({ path, config }: Pick<Mount, 'path' | 'config'>): Wire<typeof SHOWN_WHEN_SET> {
  const { listingVisibility, tokenType = 'default-service' } = config;
  return {
    ...(isAuthPath(path) && { token_type: tokenType }),
    ...(listingVisibility && { listing_visibility: listingVisibility }),
    ...listsOf(config),
  };
}

function listsOf(config: MountConfig): Partial<Record<ConfigList, string[]>> {
  const lists = Object.entries(CONFIG_LISTS).map(([name, key]) => [name, config[key] ?? []] as const);
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}
