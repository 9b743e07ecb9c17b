/** What AWS asks for what was counted. Pure. */

import type { Units } from './units.ts';

/**
 * US dollars in us-east-1, without free tiers and volume discounts, as read on the vendor's pages on the date given:
 * aws.amazon.com/step-functions/pricing, /api-gateway/pricing, /dynamodb/pricing/on-demand, /lambda/pricing.
 */
export const PRICES = {
  date: '2026-11-24',
  transition: 25 / 1e6,
  restRequest: 3.5 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  invocation: 0.2 / 1e6,
  /** On arm64. */
  lambdaGBSecond: 0.0000133334,
  storedGBMonth: 0.25,
  recoverableGBMonth: 0.2,
};

export interface Counted {
  requests: number;
  invocations: number;
  transitions: number;
  units: Units;
}

/** What Lambda bills an invocation at most, and with how much memory: far more than such a step takes when warm. */
export const ASSUMED = { billedMs: 100, memoryGB: 0.5 };

export interface Cost {
  api: number;
  lambda: number;
  stepFunctions: number;
  dynamodb: number;
  total: number;
}

/** In US dollars. Log lines, data transfer and keys are not in it. */
export function costOf({ requests, invocations, transitions, units }: Counted): Cost {
  const { billedMs, memoryGB } = ASSUMED;
  const perInvocation = PRICES.invocation + (billedMs / 1_000) * memoryGB * PRICES.lambdaGBSecond;
  const parts = {
    api: requests * PRICES.restRequest,
    lambda: invocations * perInvocation,
    stepFunctions: transitions * PRICES.transition,
    dynamodb: units.write * PRICES.writeUnit + units.read * PRICES.readUnit,
  };
  return { ...parts, total: parts.api + parts.lambda + parts.stepFunctions + parts.dynamodb };
}
