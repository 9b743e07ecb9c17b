/** What a request that came as an event is refused with, besides what the endpoint would refuse. */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';

export function detailMissing(): VaultError {
  return refusal('the detail of a request must be a JSON object');
}

/** A misspelt field would change what is asked for: without `namespace` the paths are those of the root namespace. */
export function unknownField(name: string): VaultError {
  return refusal(`unknown field ${goQuote(name)} in the detail of a request`);
}
