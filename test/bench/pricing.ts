/** What AWS asks for what was counted. Pure. */

import type { Units } from './units.ts';

/**
 * US dollars in us-east-1, without free tiers and volume discounts. Step Functions and API Gateway as AWS's own pages
 * have them (aws.amazon.com/step-functions/pricing, the REST table of the pricing white paper); DynamoDB on demand since
 * its price was halved in November 2024; Lambda's second on arm64 as four fifths of that on x86. Those of events, of
 * stored and of recoverable gigabytes were not looked up again: check aws.amazon.com before you count on them.
 */
export const PRICES = {
  date: '2026-11-24',
  transition: 25 / 1e6,
  restRequest: 3.5 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  event: 1 / 1e6,
  invocation: 0.2 / 1e6,
  /** On arm64. */
  lambdaGBSecond: 0.0000133334,
  storedGBMonth: 0.25,
  recoverableGBMonth: 0.2,
};

export interface Counted {
  requests: number;
  /** The memory of each invocation, in GB. */
  invocations: readonly number[];
  transitions: number;
  events: number;
  units: Units;
}

/** What Lambda bills an invocation at most: far more than such a step takes when warm. */
export const BILLED_MS = 100;

export interface Cost {
  api: number;
  lambda: number;
  stepFunctions: number;
  dynamodb: number;
  eventBridge: number;
  total: number;
}

/** In US dollars. Log lines, data transfer and keys are not in it. */
export function costOf({ requests, invocations, transitions, events, units }: Counted): Cost {
  const gbSeconds = invocations.reduce((sum, memoryGB) => sum + (memoryGB * BILLED_MS) / 1_000, 0);
  const parts = {
    api: requests * PRICES.restRequest,
    lambda: invocations.length * PRICES.invocation + gbSeconds * PRICES.lambdaGBSecond,
    stepFunctions: transitions * PRICES.transition,
    dynamodb: units.write * PRICES.writeUnit + units.read * PRICES.readUnit,
    eventBridge: events * PRICES.event,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, price) => sum + price, 0) };
}
