/** Refusals that several files of this room use, word for word (contract §6, §7). */

import { refusal, VaultError, wrapped } from '../http/errors.ts';

/** Bare at `sys/capabilities-accessor`, wrapped at `auth/token`, as in Vault. */
export const MISSING_ACCESSOR = 'missing accessor';

export function invalidAccessor(): VaultError {
  return wrapped(400, 'invalid accessor');
}

/** The user or role that a token belongs to does not allow its renewal. */
export function renewalRefused(why: string): VaultError {
  return wrapped(400, `failed to renew entry: ${why}`);
}

export function notRenewable(): VaultError {
  return refusal('lease is not renewable');
}

export function nothingToOrphan(): VaultError {
  return refusal('token to revoke not found');
}

/**
 * There is more to do than one request can. What is done stays done, and the next request continues from there.
 * @param what is not done yet
 */
export function unfinished(what: string): VaultError {
  return new VaultError(503, [`${what}, repeat the request`], { 'Retry-After': '1' });
}
