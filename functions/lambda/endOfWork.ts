/** How long a step of a workflow may work. */

import type { Context } from 'aws-lambda';

/** What the last page begun in time may take, with every retry of the store. */
const MARGIN_MS = 20_000;

/** A step ends sooner than it must, and is repeated, so that one that died is missed soon. */
const SLICE_MS = 60_000;

/** @returns epoch milliseconds after which nothing further is begun, so that no write outlives its invocation */
export function endOfWork(context: Pick<Context, 'getRemainingTimeInMillis'>): number {
  return Date.now() + Math.min(SLICE_MS, context.getRemainingTimeInMillis() - MARGIN_MS);
}
