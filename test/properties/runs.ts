/**
 * How many runs a property has, and its seed.
 *
 * `MODEL_RUNS` multiplies the runs of `npm test` and `npm run test:deep`. `FC_SEED`, `FC_PATH` and `FC_REPLAY` repeat a
 * failed run; a failure prints them.
 */

const { MODEL_RUNS = '1', FC_SEED, FC_PATH, FC_REPLAY } = process.env;

/** Repeats only the commands that were run. */
export const REPLAY = FC_REPLAY ? { replayPath: FC_REPLAY } : {};

/** 1 in `npm test` and `npm run test:deep`. */
export const EFFORT = Number(MODEL_RUNS);

/** Milliseconds for a property or a set of schedules; on a busy machine a run takes two seconds. */
export const TIMEOUT_MS = 600_000 * Math.max(1, EFFORT / 5);

export function parameters(numRuns: number): { numRuns: number; seed: number; path?: string } {
  const seed = FC_SEED ? Number(FC_SEED) : Math.floor(Math.random() * 2 ** 31);
  return { numRuns: Math.ceil(numRuns * EFFORT), seed, ...(FC_PATH ? { path: FC_PATH } : {}) };
}
