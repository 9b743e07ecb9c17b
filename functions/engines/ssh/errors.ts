/** The refusals of ssh (contract §7.1). */

import { goQuote, refusal, type VaultError } from '../../http/errors.ts';
import { MAX_ZERO_ADDRESS_ROLES } from '../../limits.ts';

export function missingKeyType(): VaultError {
  return refusal('missing key type');
}

export function invalidKeyType(): VaultError {
  return refusal('invalid key type');
}

export function dynamicKeyType(): VaultError {
  return refusal('dynamic key type roles are no longer supported');
}

export function missingDefaultUser(): VaultError {
  return refusal('missing default user');
}

export function invalidCidrList(): VaultError {
  return refusal('failed to validate cidr_list');
}

export function invalidExcludeCidrList(): VaultError {
  return refusal('failed to validate exclude_cidr_list entry');
}

export function missingIp(): VaultError {
  return refusal('Missing ip');
}

export function noSuchRole(name: string): VaultError {
  return refusal(`Role ${goQuote(name)} not found`);
}

export function invalidIp(ip: string): VaultError {
  return refusal(`Invalid IP ${goQuote(ip)}`);
}

export function ipOutsideRole(): VaultError {
  return refusal('Error validating IP: IP does not belong to role');
}

export function userNotAllowed(): VaultError {
  return refusal('Username is not present is allowed users list');
}

export function userNotDefault(): VaultError {
  return refusal('Username has to be either in allowed users list or has to be a default username');
}

/** The same for one that never was, was used, was revoked or has expired. */
export function otpNotFound(): VaultError {
  return refusal('OTP not found');
}

export function missingRoles(): VaultError {
  return refusal('Missing roles');
}

export function unknownRole(name: string): VaultError {
  return refusal(`Role ${goQuote(name)} does not exist`);
}

export function tooManyRoles(): VaultError {
  return refusal(`at most ${MAX_ZERO_ADDRESS_ROLES} roles may be allowed any address`);
}
