/** Which answers mean that the same request may be accepted later, and that it is unknown whether it was. */

import type { Received } from './exchange.ts';

const BUSY = [429, 502, 503, 504];

/** Whether to send the request again after a pause. */
export function isBusy({ status, text }: Received): boolean {
  return BUSY.includes(status) && !isFinal(status, text);
}

/** Whether a server on the way, or the service itself, may have failed after it had read the request. */
export function mayBeCarriedOut({ status, text }: Received): boolean {
  return status >= 500 && !isFinal(status, text);
}

/**
 * Refusals that stay until a person does something, with the status of a busy service: a locked namespace, as in Vault,
 * and a cluster that does not let the service do its work.
 */
function isFinal(status: number, text: string): boolean {
  if (status === 503) return text.includes('must be unlocked');
  return status === 502 && /the cluster refuses|the policy of the service lacks/.test(text);
}
