/** What the cubbyhole refuses with besides the texts of kv. */

import { refusal, type VaultError } from '../http/errors.ts';

export function serviceTokensOnly(): VaultError {
  return refusal('cubbyhole operations are only supported by "service" type tokens');
}
