/**
 * A process in which two bundles answer one event each, in turns, and that reports the processor time of an answer, in
 * milliseconds. In an event, `{turn}` stands for a text that is another one each time.
 */

import { pathToFileURL } from 'node:url';
import { inTurns } from '../measure/inTurns.ts';

const [count = '', bundleA = '', eventA = '', bundleB = '', eventB = ''] = process.argv.slice(2);

/** Answers that are measured together. */
const BATCH = 25;
/** Batches that are not measured: V8 compiles what is used often. */
const WARM_UP = 40;

const pairs = await inTurns(
  WARM_UP + Math.ceil(Number(count) / BATCH),
  await measured(bundleA, eventA),
  await measured(bundleB, eventB),
);
process.send?.({ pairs: pairs.slice(WARM_UP) });
process.disconnect();

async function measured(bundle: string, event: string): Promise<() => Promise<number>> {
  const { handler } = await import(pathToFileURL(bundle).href);
  let turn = 0;
  return async () => {
    const before = process.cpuUsage();
    for (let i = 0; i < BATCH; i++) {
      const answer = await handler(JSON.parse(event.replaceAll('{turn}', `turn-${turn++}`)));
      if (answer.statusCode !== 200) throw new Error(`${bundle} answers ${JSON.stringify(answer)}`);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / BATCH;
  };
}
