/** A mount: a secrets engine or auth method at a path of a namespace. */

import type { Item, Match, PlacedItem } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

export interface MountConfig {
  /** Seconds; 0 stands for the system's default. */
  defaultLeaseTtl: number;
  /** Seconds; 0 stands for the system's maximum. */
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

/** When a user is locked out after bad passwords; what is absent is the system's default. */
export interface UserLockout {
  threshold?: number;
  /** Seconds; 0 stands for the system's default. */
  duration?: number;
  /** Seconds; 0 stands for the system's default. */
  counterReset?: number;
  disabled?: boolean;
}

/** Which migration put the mount where it is. */
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
  /** One higher after each switch (architecture §4). */
  generation: number;
  /** One higher after each write to the item; every write is conditional on it. */
  version: number;
  /** Whether it has ever issued a lease; a mount that has not needs no revocation (docs/decisions.md, 6). */
  issued: boolean;
  movedBy?: MovedBy;
}

export function isAuthPath(path: string): boolean {
  return path.startsWith('auth/');
}

export function isAuth(mount: Pick<Mount, 'path'>): boolean {
  return isAuthPath(mount.path);
}

const RECORD = record<Omit<Mount, 'namespaceId' | 'path'>>('mount');

export function mountItem(mount: Mount): PlacedItem {
  const { namespaceId, path, ...rest } = mount;
  return RECORD.at(treeKey(namespaceId, path), rest);
}

/** @returns the mount of a tree item, if a mount is what sits there */
export function mountOf(item: Item | undefined): Mount | undefined {
  const mount = RECORD.of(item);
  return item && mount && { namespaceId: item.pk, path: item.sk, ...mount };
}

/** The condition every write to a mount's item carries: it is still this mount, unchanged since it was read. */
export function unchanged({ uuid, version }: Mount): Match {
  return { kind: 'mount', uuid, version };
}
