/** Waits for what a server does in its own time. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './http.ts';

/** Asks again and again until the answer has the status; what it has instead by then ends the test. */
export async function eventually(
  ask: () => Promise<Answer>,
  status: number,
  patienceMs = 20_000,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
    if (Date.now() > deadline) throw new Error(`still answered with ${answer.status}: ${answer.text}`);
    await delay(100);
  }
}
