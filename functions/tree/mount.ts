/** A mount: a secrets engine or auth method at a path of a namespace. */

import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import type { MountEntry } from '../ports/cluster.ts';
import type { Expected, Item, PlacedItem } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { AliasPlace } from './alias.ts';

export interface MountConfig {
  /** Seconds; 0 for the system's default. */
  defaultLeaseTtl: number;
  /** Seconds; 0 for the system's maximum. */
  maxLeaseTtl: number;
  forceNoCache: boolean;
  /** Of auth methods only. */
  tokenType?: string;
  listingVisibility?: string;
  auditNonHmacRequestKeys?: string[];
  auditNonHmacResponseKeys?: string[];
  passthroughRequestHeaders?: string[];
  allowedResponseHeaders?: string[];
  userLockout?: UserLockout;
}

/** When a user is locked out after bad passwords; the system's default where a field is absent. */
export interface UserLockout {
  threshold?: number;
  /** Seconds; 0 for the system's default. */
  duration?: number;
  /** Seconds; 0 for the system's default. */
  counterReset?: number;
  disabled?: boolean;
}

/** The migration that moved the mount to its current place. */
interface MovedBy {
  migrationId: string;
  fromNamespaceId: string;
  fromPath: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface Mount {
  namespaceId: string;
  /** Relative to the namespace, with a trailing slash; auth methods live under `auth/`. */
  path: string;
  /** `uuid` and `accessor` never change, whatever moves (R4). */
  uuid: string;
  accessor: string;
  type: string;
  description: string;
  config: MountConfig;
  options: Record<string, string>;
  local: boolean;
  sealWrap: boolean;
  externalEntropyAccess: boolean;
  /** Each switch raises it by one (architecture §4). */
  generation: number;
  /** Each write to the item raises it by one, and is conditional on it. */
  version: number;
  /** Whether it has ever issued a lease; without one it needs no revocation (docs/decisions.md, 6). */
  issued: boolean;
  movedBy?: MovedBy;
  /** The paths that it has left and that still answer. */
  aliases?: AliasPlace[];
  /** The entry of the mount in the table of the cluster that has it; absent for a mount of this service. */
  entry?: MountEntry;
}

const RECORD = record<Omit<Mount, 'namespaceId' | 'path'>>('mount');

export function mountItem(mount: Mount): PlacedItem {
  const { namespaceId, path, ...rest } = mount;
  return RECORD.at(treeKey(namespaceId, path), rest);
}

/** @returns the mount of a tree item; nothing if the item is not a mount */
export function mountOf(item: Item | undefined): Mount | undefined {
  const mount = RECORD.of(item);
  return item && mount && { namespaceId: item.pk, path: item.sk, ...mount };
}

/** The condition of every write to a mount's item: the mount has not changed since it was read. */
export function unchangedMount({ uuid, version }: Mount): Expected {
  return { kind: 'mount', uuid, version };
}

/**
 * How long the leases of a mount live, by its own settings or else the system's.
 * @param mount nothing for the system's limits
 * @returns seconds
 */
export function mountTtls(mount: Pick<Mount, 'config'> | undefined): { defaultTtl: number; maxTtl: number } {
  const maxTtl = mount?.config.maxLeaseTtl || SYSTEM_MAX_TTL_S;
  return { defaultTtl: mount?.config.defaultLeaseTtl || Math.min(SYSTEM_MAX_TTL_S, maxTtl), maxTtl };
}
