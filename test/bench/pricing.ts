/** The AWS price of what was counted. Pure. */

import type { Units } from './units.ts';

/**
 * US dollars in us-east-1, without free tiers and volume discounts. Step Functions and API Gateway are from AWS's own
 * pages (aws.amazon.com/step-functions/pricing, the REST table of the pricing white paper). DynamoDB is on demand, after
 * its price was halved in November 2024. A second of Lambda on arm64 is four fifths of one on x86. The prices of events,
 * stored gigabytes and recoverable gigabytes were not checked again: check aws.amazon.com before you rely on them.
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

/** The assumed billed duration of an invocation: far more than such a step takes when warm. */
export const BILLED_MS = 100;

export interface Cost {
  api: number;
  lambda: number;
  stepFunctions: number;
  dynamodb: number;
  eventBridge: number;
  total: number;
}

/** In US dollars, without log lines, data transfer and keys. */
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
