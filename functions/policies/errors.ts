/** What requests about policies are refused with, word for word (contract §5.1). */

import { goQuote, refusal, tooLarge, type VaultError } from '../http/errors.ts';

export function nameMissing(): VaultError {
  return refusal('policy name must be provided in the URL');
}

export function nameTooLong(bytes: number): VaultError {
  return refusal(`the name of a policy has at most ${bytes} bytes`);
}

export function policyMissing(): VaultError {
  return refusal("'policy' parameter not supplied or empty");
}

export function policyTooLong(bytes: number): VaultError {
  return tooLarge(`a policy has at most ${bytes} bytes`);
}

export function immutable(name: string): VaultError {
  return refusal(`cannot update ${goQuote(name)} policy`);
}

export function undeletable(name: string): VaultError {
  return refusal(`cannot delete ${goQuote(name)} policy`);
}

export function defaultUndeletable(): VaultError {
  return refusal('cannot delete default policy');
}

export function twoExpirations(): VaultError {
  return refusal("cannot supply both 'expiration' and 'ttl' for policies");
}

export function unusableExpiration(): VaultError {
  return refusal(
    `Field validation failed: error converting input for field "expiration": expected an RFC 3339 time`,
  );
}

export function expiredAlready(): VaultError {
  return refusal('refusing to update policy as expiration time has already elapsed');
}

export function casMissing(): VaultError {
  return refusal('check-and-set parameter required for this call');
}

export function casOnExisting(): VaultError {
  return refusal('check-and-set parameter set to -1 on existing entry');
}

export function casMismatch(): VaultError {
  return refusal('check-and-set parameter did not match the current version');
}
