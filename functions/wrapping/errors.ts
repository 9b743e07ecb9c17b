/** What response wrapping refuses with (contract §2.3). */

import { refusal, tooLarge, type VaultError } from '../http/errors.ts';
import { MAX_WRAPPED_BYTES } from '../limits.ts';

/** @param why in Go's words */
export function wrapTtlUnusable(why: string): VaultError {
  return refusal(`error parsing X-Vault-Wrap-TTL header: ${why}`);
}

/** Unknown, expired, used, or no wrapping token at all: a client that expected one has to take alarm. */
export function invalidWrappingToken(): VaultError {
  return refusal('wrapping token is not valid or does not exist');
}

export function wrappingRequired(): VaultError {
  return refusal('endpoint requires response wrapping to be used');
}

/** The function behind the endpoint may not make tokens, those that wrap included. */
export function notWrappable(): VaultError {
  return refusal('responses of this endpoint cannot be wrapped');
}

export function wrappedTooLarge(): VaultError {
  return tooLarge(`a wrapped response is at most ${MAX_WRAPPED_BYTES} bytes large`);
}
