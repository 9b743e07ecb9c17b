/** Waits for what a server does in the background. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './http.ts';

/** Repeats a request until the answer has the status. @throws with the last answer after the timeout */
export async function eventually(
  ask: () => Promise<Answer>,
  status: number,
  timeoutMs = 20_000,
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
    if (Date.now() > deadline) throw new Error(`still answered with ${answer.status}: ${answer.text}`);
    await delay(100);
  }
}
