/** A process in which two bundles answer one event each, in turns, and that reports how long each answer took. */

import { pathToFileURL } from 'node:url';
import { inTurns } from '../measure/inTurns.ts';

const [count = '', bundleA = '', eventA = '', bundleB = '', eventB = ''] = process.argv.slice(2);

/** Answers that are not measured. */
const WARM_UP = 100;

const pairs = await inTurns(
  WARM_UP + Number(count),
  await timed(bundleA, eventA),
  await timed(bundleB, eventB),
);
process.send?.({ pairs: pairs.slice(WARM_UP) });
process.disconnect();

async function timed(bundle: string, event: string): Promise<() => Promise<number>> {
  const { handler } = await import(pathToFileURL(bundle).href);
  return async () => {
    const startedAt = performance.now();
    await handler(JSON.parse(event));
    return performance.now() - startedAt;
  };
}
