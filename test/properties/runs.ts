/**
 * How long the properties are looked at, and from which seed.
 *
 * `MODEL_RUNS` multiplies what `npm test` and `npm run test:deep` do; `FC_SEED`, `FC_PATH` and `FC_REPLAY` repeat a run that
 * has failed: they are printed with it.
 */

const { MODEL_RUNS = '1', FC_SEED, FC_PATH, FC_REPLAY } = process.env;

/** Which of the commands were run. */
export const REPLAY = FC_REPLAY ? { replayPath: FC_REPLAY } : {};

/** 1 in `npm test` and `npm run test:deep`. */
export const EFFORT = Number(MODEL_RUNS);

export function parameters(numRuns: number): { numRuns: number; seed: number; path?: string } {
  const seed = FC_SEED ? Number(FC_SEED) : Math.floor(Math.random() * 2 ** 31);
  return { numRuns: Math.ceil(numRuns * EFFORT), seed, ...(FC_PATH ? { path: FC_PATH } : {}) };
}
