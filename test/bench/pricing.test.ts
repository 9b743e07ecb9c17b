import { describe, expect, it } from 'vitest';
import { costOf } from './pricing.ts';

const NOTHING = { requests: 0, invocations: [], transitions: 0, events: 0, units: { read: 0, write: 0 } };
const MILLION = 1e6;

describe('the price of what was counted', () => {
  it.each([
    ['transitions', { transitions: MILLION }, 'stepFunctions', 25],
    ['requests', { requests: MILLION }, 'api', 3.5],
    ['write units', { units: { read: 0, write: MILLION } }, 'dynamodb', 0.625],
    ['read units', { units: { read: MILLION, write: 0 } }, 'dynamodb', 0.125],
    ['events', { events: MILLION }, 'eventBridge', 1],
    // 0.20 for the requests, and 100 ms of half a gigabyte each.
    ['invocations', { invocations: Array(MILLION).fill(0.5) }, 'lambda', 0.2 + 50_000 * 0.0000133334],
  ] as const)('of a million %s is that in the table', (_, counted, part, dollars) => {
    const cost = costOf({ ...NOTHING, ...counted });
    expect(cost[part]).toBeCloseTo(dollars, 6);
    expect(cost.total).toBe(cost[part]);
  });

  it('is the sum of its parts', () => {
    const cost = costOf({
      requests: 2,
      invocations: [0.5, 0.5, 0.5],
      transitions: 3,
      events: 3,
      units: { read: 7, write: 16 },
    });
    expect(cost.total).toBeCloseTo(
      cost.api + cost.lambda + cost.stepFunctions + cost.dynamodb + cost.eventBridge,
      12,
    );
    expect(1_000 * cost.total).toBeGreaterThan(0.09);
    expect(1_000 * cost.total).toBeLessThan(0.1);
  });
});
