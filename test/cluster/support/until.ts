/** Waits for what a real server does in its own time. */

import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const LOOK_MS = 25;

/**
 * Looks again and again until there is something to return.
 * @param what is waited for, as a sentence
 * @throws Error if it does not come within the time, which is half a minute
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(LOOK_MS);
  }
  throw new Error(`waited in vain: ${what}`);
}
