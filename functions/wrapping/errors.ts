/** What response wrapping refuses with (contract §2.3). */

import { refusal, tooLarge, type VaultError } from '../http/errors.ts';
import { MAX_WRAPPED_BYTES } from '../limits.ts';

/** Unknown, expired, used, or no wrapping token at all: a client that expected one has to take alarm. */
export function invalidWrappingToken(): VaultError {
  return refusal('wrapping token is not valid or does not exist');
}

export function wrappingRequired(): VaultError {
  return refusal('endpoint requires response wrapping to be used');
}

export function wrappedTooLarge(): VaultError {
  return tooLarge(`a wrapped response is at most ${MAX_WRAPPED_BYTES} bytes large`);
}
