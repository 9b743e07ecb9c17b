/** When the last write of a request in flight has arrived. */

import { ARRIVAL_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';

/**
 * After this time, no request writes any more that read the store at `seenAt`: the longest request is over, and a write
 * that it sent at its end has arrived.
 * @param seenAt epoch milliseconds
 * @returns epoch milliseconds
 */
export function lastWriteAt({ settings }: Pick<Deps, 'settings'>, seenAt: number): number {
  return seenAt + settings.requestLifeMs + ARRIVAL_MS;
}
