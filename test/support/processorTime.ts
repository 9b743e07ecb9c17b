/** How long this process has computed, which other work on the machine does not change. */

/** @returns what the work answers, and the milliseconds of processor time that it took */
export function processorTimeOf<T>(work: () => T): { answer: T; ms: number } {
  const before = process.cpuUsage();
  const answer = work();
  const { user, system } = process.cpuUsage(before);
  return { answer, ms: (user + system) / 1_000 };
}
