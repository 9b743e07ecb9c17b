/** What a namespace may be called (contract §4). Pure. */

import { MAX_MOUNT_PATH_BYTES, MAX_NAMESPACE_DEPTH } from '../limits.ts';
import type { Namespace } from './namespace.ts';
import {
  nameMissing,
  nameWithSlash,
  nameWithSpace,
  nameWithWildcard,
  nestedTooDeep,
  pathTooLong,
  reservedName,
} from './namespaceErrors.ts';
import { cleanPath } from './path.ts';

const RESERVED = ['.', '..', 'root', 'sys', 'audit', 'auth', 'cubbyhole', 'identity'];

/**
 * @returns the name with a trailing slash, as it is kept in the tree
 * @throws VaultError 400 for what is no single segment, or reserved
 */
export function readName(typed: string): string {
  const path = cleanPath(typed);
  const name = path.slice(0, -1);
  if (name === '') throw nameMissing();
  if (name.includes('/')) throw nameWithSlash();
  if (RESERVED.includes(name)) throw reservedName(path);
  return path;
}

/**
 * The rules for a name that is new.
 * @param name with a trailing slash
 * @throws VaultError 400
 */
export function checkNewName(name: string, parent: Namespace): void {
  const bare = name.slice(0, -1);
  const wrong = /[\s+*]/u.exec(bare)?.[0];
  if (wrong === '+' || wrong === '*') throw nameWithWildcard(bare, wrong);
  if (wrong !== undefined) throw nameWithSpace(bare);
  if (!fits(parent, name)) throw pathTooLong(MAX_MOUNT_PATH_BYTES);
  if (parent.lineage.length > MAX_NAMESPACE_DEPTH) throw nestedTooDeep(MAX_NAMESPACE_DEPTH);
}

/** Whether there can be a namespace of this name at all. */
export function fits(parent: Namespace, name: string): boolean {
  return Buffer.byteLength(parent.path + name) <= MAX_MOUNT_PATH_BYTES;
}
