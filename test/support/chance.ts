/** Repeatable random numbers from a seed. Tests show their seed in their names. */

export interface Chance {
  /** From 0 to less than 1. */
  fraction(): number;
  /** A whole number from 0 to less than `below`. */
  below(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** That many different elements of the list, or all of them. */
  some<T>(list: readonly T[], count: number): T[];
}

/** @param variable the environment variable with a seed to repeat; without it each run has a new seed */
export function seedFrom(variable: string): number {
  return Number(process.env[variable] || Math.floor(Math.random() * 2 ** 31));
}

/** Mulberry32: small, fast, and good enough for tests. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick: (list) => list[below(list.length)] as never,
    some(list, count) {
      const left = [...list];
      const taken = Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(below(left.length), 1),
      );
      return taken.flat() as never;
    },
  };
}
