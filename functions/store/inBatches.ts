/** Puts items together, in their order, as many as fit. Pure. */

/**
 * @param limits of a batch, such as the number of its items and their bytes
 * @param sizesOf the same of one item; an item beyond a limit has a batch of its own
 */
export function inBatches<T>(
  items: Iterable<T>,
  limits: readonly number[],
  sizesOf: (item: T) => readonly number[],
): T[][] {
  const batches: T[][] = [];
  let left: readonly number[] = [];
  for (const item of items) {
    const sizes = sizesOf(item);
    const batch = batches.at(-1);
    if (batch && left.every((rest, i) => (sizes[i] as number) <= rest)) batch.push(item);
    else {
      batches.push([item]);
      left = limits;
    }
    left = left.map((rest, i) => rest - (sizes[i] as number));
  }
  return batches;
}
