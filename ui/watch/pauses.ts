/** The pause before the next poll. Pure. */

/** The result of a poll: a change, no change, or no answer. */
export type PollResult = 'changed' | 'same' | 'unreachable';

const SHORTEST_MS = 500;
const LONGEST_MS = 10_000;
const LONGEST_UNREACHABLE_MS = 30_000;

/** Short after a change, and growing without one. */
export function pauseAfter(poll: PollResult, last: number): number {
  if (poll === 'changed') return SHORTEST_MS;
  const longest = poll === 'same' ? LONGEST_MS : LONGEST_UNREACHABLE_MS;
  return Math.min(longest, Math.max(SHORTEST_MS, last * 1.6));
}
