/** As nasty.test.ts, with many more requests, or with `NASTY=all` all of them, which takes more than half an hour. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { chanceOf, seedFrom } from '../support/chance.ts';
import { type Playground, playground } from './everyRoute.ts';
import { faultsOf, nastyRequests } from './nasty.ts';

const seed = seedFrom('NASTY_SEED');
const all = nastyRequests();
const requests = chanceOf(seed).some(all, process.env.NASTY === 'all' ? all.length : 5_000);

let ground: Playground;
beforeAll(async () => {
  ground = await playground();
});
afterAll(() => ground.deps.stop());

it(`${requests.length} nasty requests break nothing (NASTY_SEED=${seed})`, async () => {
  expect(await faultsOf(ground, requests)).toEqual([]);
}, 3_600_000);
