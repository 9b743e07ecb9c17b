/** Measures processor time, which does not depend on other work of the machine. */

/** @returns the result of the work, and its processor time in milliseconds */
export function processorTimeOf<T>(work: () => T): { answer: T; ms: number } {
  const before = process.cpuUsage();
  const answer = work();
  const { user, system } = process.cpuUsage(before);
  return { answer, ms: (user + system) / 1_000 };
}

/** The least processor time of several runs, in milliseconds: the machine may have disturbed the others. */
export function leastTimeOf(work: () => unknown): number {
  return Math.min(...Array.from({ length: 3 }, () => processorTimeOf(work).ms));
}
