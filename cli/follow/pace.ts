/** How fast a number grows, by what was seen of it in the last seconds. */

/** Seconds of which the pace is the average. */
const WINDOW = 10;
/** Less says nothing. */
const SHORTEST = 1;

/**
 * @returns a function that takes the number and the time in seconds each time, and returns the growth in a second;
 *   undefined while it is unknown
 */
export function createPace(): (number: number, at: number) => number | undefined {
  const seen: { number: number; at: number }[] = [];
  return (number, at) => {
    if (number !== seen.at(-1)?.number) seen.push({ number, at });
    while (seen.length > 2 && at - (seen[0]?.at ?? at) > WINDOW) seen.shift();
    const [first] = seen;
    if (!first || at - first.at < SHORTEST || number <= first.number) return undefined;
    return (number - first.number) / (at - first.at);
  };
}
