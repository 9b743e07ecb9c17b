/** Which answers mean that the same request may be accepted later, and that it is unknown whether it was. */

import type { Received } from './exchange.ts';

const BUSY = [429, 502, 503, 504];

/** Whether to send the request again after a pause. */
export function isBusy({ status, text }: Received): boolean {
  return BUSY.includes(status) && !isLocked(status, text);
}

/** Whether a server on the way, or the service itself, may have failed after it had read the request. */
export function mayBeCarriedOut({ status, text }: Received): boolean {
  return status >= 500 && !isLocked(status, text);
}

/** A locked namespace refuses until a person unlocks it, with the status of a busy service, as in Vault. */
function isLocked(status: number, text: string): boolean {
  return status === 503 && text.includes('must be unlocked');
}
