/** What the lease endpoints refuse with, word for word (contract §7). */

import { goQuote, refusal, VaultError } from '../http/errors.ts';

export function leaseIdMissing(): VaultError {
  return refusal('lease_id must be specified');
}

/** A lookup calls unknown, expired and cut off by the one name. */
export function invalidLease(): VaultError {
  return refusal('invalid lease');
}

export function leaseNotFound(): VaultError {
  return refusal('lease not found');
}

export function leaseExpired(): VaultError {
  return refusal('lease expired');
}

export function leaseNotRenewable(): VaultError {
  return refusal('lease is not renewable');
}

export function pastMaxTtl(): VaultError {
  return refusal('past the max TTL, cannot renew');
}

export function tokensRenewElsewhere(): VaultError {
  return refusal('tokens cannot be renewed through this endpoint');
}

export function secretOnLastUse(): VaultError {
  return refusal(
    'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.',
  );
}

/** @param position of the lease among those revoked together, from 1 */
export function revocationFailed(leaseId: string, position: number, of: number): VaultError {
  const what = `failed to revoke ${goQuote(leaseId)} (${position} / ${of})`;
  return refusal(`${what}: failed to revoke entry: the record of the lease is damaged`);
}

/** There are more leases than one request can revoke; what is done is done, and the next goes on from there. */
export function revocationUnfinished(): VaultError {
  return new VaultError(503, ['not every lease is revoked yet, repeat the request'], { 'Retry-After': '1' });
}
