/** Keeps several calls to the store under way at once: faster than one by one, and never a flood. */

import { CALLS_AT_ONCE } from '../limits.ts';
/**
 * Answers come in the order of the list. When one fails the rest of its group is awaited all the same, since no write
 * may outlive its invocation (architecture §4).
 * @param atOnce size of a group, where fewer are better
 * @throws what the first that failed has thrown
 */
export async function severalAtOnce<T, R>(
  list: readonly T[],
  work: (one: T) => Promise<R>,
  atOnce = CALLS_AT_ONCE,
): Promise<R[]> {
  const answers: R[] = [];
  for (let i = 0; i < list.length; i += atOnce) {
    for (const outcome of await Promise.allSettled(list.slice(i, i + atOnce).map(work))) {
      if (outcome.status === 'rejected') throw outcome.reason;
      answers.push(outcome.value);
    }
  }
  return answers;
}
