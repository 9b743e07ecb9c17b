import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tables } from '../support/tables.ts';
import { type Explored, explore, following } from './explore.ts';
import { race, startOf } from './race.ts';
import { EFFORT, TIMEOUT_MS } from './runs.ts';
import { GROUPS, type Scenario, SMALL } from './scenarios.ts';
import { modelledService, type Service } from './service.ts';
import { newPair, takeBoth } from './sideBySide.ts';

/** The most schedules of a group in `npm run test:deep`, unless the scenario says otherwise. */
const MOST = 10;

/** `SCHEDULE` repeats a scenario with a printed schedule; choose the scenario with `-t`. */
const { SCHEDULE } = process.env;

let service: Service;
let empty: Tables;

beforeAll(async () => {
  service = await modelledService();
  empty = await service.tables();
});
afterAll(() => service.deps.stop());

/** @param most the number of schedules after which the exploration stops */
async function exploreUpTo(most: number, scenario: Scenario): Promise<Explored> {
  const { before, together, switches } = scenario;
  await service.putBack(empty, service.now());
  const pair = newPair(service);
  for (const step of before) await takeBoth(pair, step);
  const start = await startOf(pair);
  if (SCHEDULE) {
    await race(start, together, following(SCHEDULE));
    return { schedules: 1, isComplete: false };
  }
  const explored = await explore(
    async (choose, schedule) => {
      try {
        return await race(start, together, choose);
      } catch (error) {
        throw new Error(`SCHEDULE='${schedule()}'\n${(error as Error).message}`);
      }
    },
    { switches, most },
  );
  const { schedules, isComplete } = explored;
  const said = isComplete ? `all ${schedules} schedules` : `${schedules} schedules, not all`;
  process.stdout.write(`${scenario.title}: ${said}\n`);
  return explored;
}

function titled(scenarios: Scenario[]): [string, Scenario][] {
  return scenarios.map((scenario) => [scenario.title, scenario]);
}

describe('every order of calls that makes a difference, of', () => {
  it.each(titled(SMALL))(
    '%s, has the outcome of taking the steps in some order',
    async (_, scenario) => {
      const { isComplete } = await exploreUpTo(Number.POSITIVE_INFINITY, scenario);
      expect(isComplete || SCHEDULE !== undefined).toBe(true);
    },
    TIMEOUT_MS,
  );
});

describe('orders of calls with few context switches, of', () => {
  it.each(titled(GROUPS))(
    '%s, have the outcome of taking the steps in some order',
    async (_, scenario) => {
      const most = Math.ceil((scenario.most ?? MOST) * EFFORT);
      const { schedules } = await exploreUpTo(most, scenario);
      expect(schedules).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
