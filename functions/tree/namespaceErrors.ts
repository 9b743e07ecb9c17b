/** What requests about namespaces are refused with, word for word (contract §4). */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';

export function nameWithSlash(): VaultError {
  return refusal('namespace name cannot contain /');
}

export function nameMissing(): VaultError {
  return refusal('namespace name cannot be empty');
}

/** @param name with a trailing slash */
export function reservedName(name: string): VaultError {
  return refusal(`${goQuote(name)} is a reserved path and cannot be used as a namespace name`);
}

export function nameWithSpace(name: string): VaultError {
  const problem = 'contains space characters that cannot be used in a namespace name';
  return refusal(`${goQuote(name)} ${problem}`);
}

export function nameWithWildcard(name: string, wildcard: string): VaultError {
  const problem = 'contains wildcard characters that cannot be used in a namespace name';
  return refusal(`${goQuote(name)} ${problem}: '${wildcard}'`);
}

/** @param bytes the limit */
export function pathTooLong(bytes: number): VaultError {
  return refusal(`the path of a namespace has at most ${bytes} bytes`);
}

/** @param depth the limit */
export function nestedTooDeep(depth: number): VaultError {
  return refusal(`namespaces nest at most ${depth} deep`);
}

/** @param mount absolute path */
export function mountInTheWay(mount: string): VaultError {
  return refusal(`new namespace conflicts with existing mount: ${mount}`);
}

export function beingDeleted(): VaultError {
  return refusal('namespace with that name exists and is currently tainted');
}

export function hasChildren(): VaultError {
  return refusal('unable to delete namespace containing child namespaces');
}

export function noSuchNamespace(): VaultError {
  return refusal('namespace not found');
}

export function nothingToLock(): VaultError {
  return refusal('requested namespace does not exist');
}

export function rootNotLockable(): VaultError {
  return refusal('root namespace cannot be locked/unlocked');
}

export function alreadyLocked(path: string): VaultError {
  return refusal(`cannot lock namespace ${goQuote(path)}: is already locked`);
}

export function lockedAbove(path: string, above: string): VaultError {
  return refusal(
    `cannot lock namespace ${goQuote(path)}: ancestor namespace ${goQuote(above)} is already locked`,
  );
}

export function notLocked(path: string): VaultError {
  return refusal(`namespace ${goQuote(path)} is not locked`);
}

export function lockedStillAbove(path: string, above: string): VaultError {
  return refusal(`cannot unlock ${goQuote(path)} with namespace ${goQuote(above)} being locked`);
}

export function wrongUnlockKey(): VaultError {
  return refusal('incorrect unlock key');
}

export function unlockKeyMissing(): VaultError {
  return refusal('provided empty key');
}

export function metadataNotText(): VaultError {
  return refusal('custom_metadata values must be strings');
}

/** The one name that the store's client cannot hold. */
export function metadataNameUnusable(name: string): VaultError {
  return refusal(`custom_metadata cannot have the name ${goQuote(name)}`);
}

export function metadataMissing(): VaultError {
  return refusal('missing required field "custom_metadata"');
}

/** @param type as Go calls it */
export function patchNotText(type: string): VaultError {
  return refusal(`metadata patch can only have string or null values, got ${type}`);
}
