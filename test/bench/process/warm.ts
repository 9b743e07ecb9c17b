/**
 * A process in which two bundles answer one event each, in turns, and that reports how long an answer took: milliseconds that
 * pass, or those of the processor. In an event, `{turn}` stands for a text that is another one each time.
 */

import { pathToFileURL } from 'node:url';
import { inTurns } from '../measure/inTurns.ts';

const CLOCKS = {
  passed: { now: () => performance.now(), batch: 1 },
  processor: { now: processorTime, batch: 25 },
};

const [clock = '', count = '', bundleA = '', eventA = '', bundleB = '', eventB = ''] = process.argv.slice(2);

/** `batch` answers are measured together. */
const { now, batch } = CLOCKS[clock as keyof typeof CLOCKS];
/** Answers that are not measured: V8 compiles what is used often. */
const WARM_UP = 1_000;

const pairs = await inTurns(
  Math.ceil((WARM_UP + Number(count)) / batch),
  await measured(bundleA, eventA),
  await measured(bundleB, eventB),
);
process.send?.({ pairs: pairs.slice(WARM_UP / batch) });
process.disconnect();

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function measured(bundle: string, event: string): Promise<() => Promise<number>> {
  const { handler } = await import(pathToFileURL(bundle).href);
  let turn = 0;
  return async () => {
    const before = now();
    for (let i = 0; i < batch; i++) {
      const answer = await handler(JSON.parse(event.replaceAll('{turn}', `turn-${turn++}`)));
      if (answer.statusCode !== 200) throw new Error(`${bundle} answers ${JSON.stringify(answer)}`);
    }
    return (now() - before) / batch;
  };
}
