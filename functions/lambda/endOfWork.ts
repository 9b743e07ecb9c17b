/** The time limit for one invocation of a workflow step. */

import type { Context } from 'aws-lambda';

/** Time for the last page, with every retry of the store. */
const MARGIN_MS = 20_000;

/** A step ends early and is invoked again, so that the reconciler soon notices one that died. */
const SLICE_MS = 60_000;

/** @returns epoch milliseconds after which the step starts no more work, so that no write outlives the invocation */
export function endOfWork(context: Pick<Context, 'getRemainingTimeInMillis'>): number {
  return Date.now() + Math.min(SLICE_MS, context.getRemainingTimeInMillis() - MARGIN_MS);
}
