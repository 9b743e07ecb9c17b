/** Refusals about mounts that several checks share, word for word (contract §3.3, §3.4). */

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
