/** The time limit for one invocation of a workflow step. */

import type { Context } from 'aws-lambda';
import { STEP_MARGIN_MS, STEP_SLICE_MS } from '../limits.ts';

/** @returns epoch milliseconds after which the step starts no more work, so that no write outlives the invocation */
export function endOfWork(context: Pick<Context, 'getRemainingTimeInMillis'>): number {
  return Date.now() + Math.min(STEP_SLICE_MS, context.getRemainingTimeInMillis() - STEP_MARGIN_MS);
}
