/** The refusals of userpass (contract §8.1). */

import { refusal, VaultError, wrapped } from '../../http/errors.ts';
import { MAX_BCRYPT_COST } from '../../limits.ts';

export function noPasswordGiven(): VaultError {
  return refusal('must provide either password or password_hash');
}

export function passwordGivenTwice(): VaultError {
  return refusal('only one of password or password_hash may be provided');
}

export function passwordTooLong(): VaultError {
  return refusal('bcrypt: password length exceeds 72 bytes');
}

export function notBcrypt(): VaultError {
  return refusal(`password_hash is not a bcrypt hash of a cost up to ${MAX_BCRYPT_COST}`);
}

export function noSuchUser(): VaultError {
  return wrapped(500, 'username does not exist');
}

export function missingPassword(): VaultError {
  return wrapped(500, 'missing password');
}

/** The same for a wrong password and for a user that does not exist. */
export function badCredentials(): VaultError {
  return refusal('invalid username or password');
}

/** The user had too many bad passwords. */
export function lockedOut(): VaultError {
  return new VaultError(403, ['permission denied']);
}
