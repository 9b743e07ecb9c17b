/** Refusals about mounts and namespaces that several checks share, word for word (contract §3.3, §3.4, §4). */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';

export function secretVersionRefused(type: string): VaultError {
  return refusal(`secrets engine ${goQuote(type)} does not allow setting a version`);
}

export function authVersionRefused(type: string): VaultError {
  return refusal(`auth method ${goQuote(type)} does not allow setting a version`);
}

export function invalidVersion(version: string): VaultError {
  return refusal(`invalid version provided: ${version}`);
}

/** A namespace with this name exists, and is being deleted. */
export function beingDeleted(): VaultError {
  return refusal('namespace with that name exists and is currently tainted');
}
