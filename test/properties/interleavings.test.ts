import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tables } from '../support/tables.ts';
import { explore, following } from './explore.ts';
import { race, startOf } from './race.ts';
import { EFFORT } from './runs.ts';
import { GROUPS, type Scenario, SMALL } from './scenarios.ts';
import { type Service, startService } from './service.ts';
import { newPair, takeBoth } from './sideBySide.ts';

/** Schedules of one scenario in `npm test`, where it names no other number: all of a pair, a few of a group. */
const MOST = 10;

/** `SCHEDULE` runs a scenario once more in the order that was printed; choose the scenario with `-t`. */
const { SCHEDULE } = process.env;

let service: Service;
let empty: Tables;

beforeAll(async () => {
  service = await startService();
  empty = await service.tables();
});
afterAll(() => service.deps.stop());

async function exploreAll(scenario: Scenario): Promise<string> {
  const { before, together, switches } = scenario;
  await service.putBack(empty, service.now());
  const pair = newPair(service);
  for (const step of before) await takeBoth(pair, step);
  const start = await startOf(pair);
  if (SCHEDULE) {
    await race(start, together, following(SCHEDULE));
    return 'the one schedule';
  }
  const most = Math.ceil((scenario.most ?? MOST) * EFFORT);
  const { schedules, isComplete } = await explore(
    async (choose, schedule) => {
      try {
        return await race(start, together, choose);
      } catch (error) {
        throw new Error(`SCHEDULE='${schedule()}'\n${(error as Error).message}`);
      }
    },
    { switches, most },
  );
  return isComplete ? `all ${schedules} schedules` : `${schedules} schedules, not all`;
}

function titled(scenarios: Scenario[]): [string, Scenario][] {
  return scenarios.map((scenario) => [scenario.title, scenario]);
}

describe.each([
  ['every order of the calls of', SMALL],
  ['every order with few switches of', GROUPS],
])('%s', (_, scenarios) => {
  it.each(titled(scenarios))(
    '%s comes to what some order of them comes to',
    async (_, scenario) => {
      const explored = await exploreAll(scenario);
      process.stdout.write(`${scenario.title}: ${explored}\n`);
      expect(explored).not.toMatch(/^0/);
    },
    600_000,
  );
});
