/** Work with limited concurrency. */

/**
 * Does `work` for 0 to `count` - 1, at most `atOnce` at a time.
 * @param onDone is called after each one with the number of those that are done
 * @returns the results in order
 */
export async function inParallel<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
  onDone: (done: number) => void = () => {},
): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}
