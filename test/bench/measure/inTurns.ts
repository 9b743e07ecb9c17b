/** Two kinds of work in turns, so that other work of the machine slows down both equally. */

import { median } from '../../../infra/demo/measure/cost.ts';

export type Pair<T> = [a: T, b: T];

/** The order alternates, since the second one profits from what the first has warmed up. */
export async function inTurns<T>(
  count: number,
  a: () => Promise<T>,
  b: () => Promise<T>,
): Promise<Pair<T>[]> {
  const pairs: Pair<T>[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0) pairs.push([await a(), await b()]);
    else {
      const second = await b();
      pairs.push([await a(), second]);
    }
  }
  return pairs;
}

export interface Compared {
  a: number;
  b: number;
  /** The ratio of the first to the second: the median over the pairs. */
  ratio: number;
}

export function compared(pairs: Pair<number>[]): Compared {
  return {
    a: median(pairs.map(([a]) => a)),
    b: median(pairs.map(([, b]) => b)),
    ratio: median(pairs.map(([a, b]) => a / b)),
  };
}
