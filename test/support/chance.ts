/** Chance that can be had again: numbers from a seed, which tests show in their names. */

export interface Chance {
  /** From 0 up to, and never, 1. */
  fraction(): number;
  /** A whole number from 0 up to, and never, `below`. */
  below(below: number): number;
  pick<T>(list: readonly T[]): T;
  /** That many different ones of the list, or all of it. */
  some<T>(list: readonly T[], count: number): T[];
}

/** @param variable the environment variable that names a seed to be used again; without it each run has a new one */
export function seedFrom(variable: string): number {
  return Number(process.env[variable] || Math.floor(Math.random() * 2 ** 31));
}

/** Mulberry32: small, fast, and good enough to choose with. */
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
