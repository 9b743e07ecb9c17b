/** What `auth/token` refuses with, word for word (contract §6). */

import { goQuote, refusal, tooLarge, VaultError, wrapped } from '../http/errors.ts';
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from '../limits.ts';

export function batchHasNoChildren(): VaultError {
  return refusal('batch tokens cannot create more tokens');
}

export function restrictedUse(): VaultError {
  return refusal('restricted use token cannot generate child tokens');
}

export function childNamespaceNeedsSudo(): VaultError {
  return refusal('root or sudo privileges required to directly generate a token in a child namespace');
}

export function rootFromParentNamespace(): VaultError {
  return refusal('root tokens may not be created from a parent namespace');
}

export function batchCannotHave(field: string): VaultError {
  return refusal(`batch tokens cannot have ${goQuote(field)} set`);
}

export function invalidTokenType(): VaultError {
  return refusal("invalid 'token_type' value");
}

export function negativeUses(): VaultError {
  return refusal('number of uses cannot be negative');
}

export function aliasNeedsRole(): VaultError {
  return refusal("'entity_alias' is only allowed in combination with token role");
}

export function idNeedsSudo(): VaultError {
  return refusal('root or sudo privileges required to specify token id');
}

export function idOutsideRoot(): VaultError {
  return refusal('token IDs can only be manually specified in the root namespace');
}

export function idLooksIssued(): VaultError {
  return refusal("custom token ID cannot have the 's.' prefix");
}

/** What follows a dot would be taken for the id of a namespace. */
export function idHasDot(): VaultError {
  return refusal("custom token ID cannot contain the '.' character");
}

export function idTooShort(least: number): VaultError {
  return refusal(`custom token ID must have at least ${least} characters`);
}

export function displayNameTooLong(): VaultError {
  return refusal(`a display name is at most ${MAX_NAME_BYTES} bytes long`);
}

export function metaTooLarge(): VaultError {
  return tooLarge(`the metadata of a token is at most ${MAX_RECORD_BYTES} bytes large`);
}

export function notASubset(): VaultError {
  return refusal('child policies must be subset of parent');
}

export function unassignable(policy: string): VaultError {
  return refusal(`cannot assign policy ${goQuote(policy)}`);
}

export function rootNeedsRoot(): VaultError {
  return refusal('root tokens may not be created without parent token being root');
}

export function batchCannotBeRoot(): VaultError {
  return refusal('batch tokens cannot be root tokens');
}

export function orphanNeedsSudo(): VaultError {
  return refusal('root or sudo privileges required to create orphan token');
}

export function periodNeedsSudo(): VaultError {
  return refusal('root or sudo privileges required to create periodic token');
}

export function endlessNeedsEndless(): VaultError {
  return refusal('expiring root tokens cannot create non-expiring root tokens');
}

export function unknownRole(name: string): VaultError {
  return refusal(`unknown role ${name}`);
}

export function badToken(): VaultError {
  return new VaultError(403, ['bad token']);
}

export function missingTokenId(): VaultError {
  return refusal('missing token ID');
}

export function tokenNotFound(): VaultError {
  return refusal('token not found');
}

export function missingAccessor(): VaultError {
  return wrapped(400, 'missing accessor');
}

export function invalidAccessor(): VaultError {
  return wrapped(400, 'invalid accessor');
}

export function batchNotRenewable(): VaultError {
  return refusal('batch tokens cannot be renewed');
}

export function batchNotRevocable(): VaultError {
  return refusal('batch tokens cannot be revoked');
}

/** The token has no lease, as a root token without an end. */
export function noLeaseToRenew(): VaultError {
  return refusal('invalid lease ID');
}

export function orphaningNeedsSudo(): VaultError {
  return refusal('root or sudo privileges required to revoke and orphan');
}

export function nothingToOrphan(): VaultError {
  return refusal('token to revoke not found');
}

/** The tree is too large for one request; what is done is done, and the next goes on from there. */
export function orphaningUnfinished(): VaultError {
  return new VaultError(503, ['not every child is an orphan yet, repeat the request'], {
    'Retry-After': '1',
  });
}
