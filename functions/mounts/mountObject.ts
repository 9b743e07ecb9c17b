/** A mount as clients see it: in listings, and by its tune endpoint (contract §3.1, §3.4). Pure. */

import { mountTtls } from '../leases/ttl.ts';
import type { BuiltinMount } from './builtin.ts';
import { isAuthPath, type Mount, type MountConfig } from './mount.ts';
import { CONFIG_LISTS } from './mountConfig.ts';
import { PLUGIN_VERSION } from './mountOrder.ts';
import { lockoutData } from './userLockout.ts';

export function mountObject(mount: Mount | BuiltinMount): Record<string, unknown> {
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
    ...(options && { deprecation_status: 'supported' }),
    config: {
      default_lease_ttl: config.defaultLeaseTtl,
      max_lease_ttl: config.maxLeaseTtl,
      force_no_cache: config.forceNoCache,
      ...shownWhenSet(mount),
      ...(lockout && { user_lockout_config: lockout }),
    },
  };
}

/** Lease times are the effective ones here, in seconds. */
export function tuneObject(mount: Mount | BuiltinMount): Record<string, unknown> {
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

function shownWhenSet({ path, config }: Pick<Mount, 'path' | 'config'>): Record<string, unknown> {
  const { listingVisibility, tokenType = 'default-service' } = config;
  return {
    ...(isAuthPath(path) && { token_type: tokenType }),
    ...(listingVisibility && { listing_visibility: listingVisibility }),
    ...listsOf(config),
  };
}

function listsOf(config: MountConfig): Record<string, unknown> {
  const lists = Object.entries(CONFIG_LISTS).map(([name, key]) => [name, config[key] ?? []] as const);
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}
