/** No input ends as 500: a sample of the nasty requests; nasty.deep.test.ts sends many more. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { chanceOf, seedFrom } from '../support/chance.ts';
import { type Playground, playground } from './everyRoute.ts';
import { faultsOf, nastyRequests } from './nasty.ts';

const seed = seedFrom('NASTY_SEED');

let ground: Playground;
beforeAll(async () => {
  ground = await playground();
});
afterAll(() => ground.deps.stop());

it(`400 nasty requests break nothing (NASTY_SEED=${seed})`, async () => {
  const requests = chanceOf(seed).some(nastyRequests(), 400);
  expect(await faultsOf(ground, requests)).toEqual([]);
}, 120_000);
