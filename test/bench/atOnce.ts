/** Many requests, some at the same time: how long each takes, and how many a second. */

import { inParallel } from '../../infra/demo/inParallel.ts';
import { median } from '../../infra/demo/measure/cost.ts';

/** What the reference is measured with, too. */
export const AT_ONCE = 8;

/** @returns the median of the milliseconds that each takes */
export async function medianOf(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  const times = await inParallel(count, atOnce, async (i) => {
    const startedAt = performance.now();
    await work(i);
    return performance.now() - startedAt;
  });
  return median(times);
}

/** @returns how many are done a second */
export async function perSecond(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  await inParallel(count, atOnce, work);
  return (1_000 * count) / (performance.now() - startedAt);
}
