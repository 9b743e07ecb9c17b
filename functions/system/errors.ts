/** What the system's own reads are refused with, word for word (contract §10). */

import { goQuote, VaultError } from '../http/errors.ts';

/** The same for a mount that is not there and for one the token may not see, so that nobody learns which. */
export function preflightDenied(path: string): VaultError {
  const advice = "please ensure client's policies grant access to path";
  return new VaultError(403, [`preflight capability check returned 403, ${advice} ${goQuote(path)}`]);
}
