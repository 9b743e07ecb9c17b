/** Runs several calls to the store in parallel, with a limit. */

import { CALLS_AT_ONCE } from '../limits.ts';

/**
 * If a call fails, the other calls of its group are still awaited: no write may outlive its invocation (architecture §4).
 * @param atOnce calls of a group, which run in parallel
 * @returns the answers in the order of the list
 * @throws the error of the first call that failed
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
