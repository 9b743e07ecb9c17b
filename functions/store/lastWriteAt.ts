/** When what was under way at a time has come to rest. */

import { ARRIVAL_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';

/**
 * After this, no request that saw the state of a time writes any more: the longest one is over, and what it sent at its
 * very end has arrived.
 * @param seenAt epoch milliseconds
 * @returns epoch milliseconds
 */
export function lastWriteAt({ settings }: Pick<Deps, 'settings'>, seenAt: number): number {
  return seenAt + settings.requestLifeMs + ARRIVAL_MS;
}
