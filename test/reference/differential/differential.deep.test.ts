/**
 * Random sequences of requests against OpenBao and this service: each answer is the same, or the difference is known.
 * `DIFFERENTIAL_SEED=…` plays the sequence of one seed, `DIFFERENTIAL_FROM=…` and `DIFFERENTIAL_SEQUENCES=…` others.
 */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Service, startService } from '../../../infra/local/service.ts';
import { exchange, type Side } from '../../support/exchange.ts';
import { type Played, play } from './play.ts';
import { described, tallyOf } from './tally.ts';

/** As many as two cores play in about two minutes. */
const SEQUENCES = 300;
const STEPS = 20;
/** Sequences at one time. */
const PLAYERS = 4;
const TIMEOUT_MS = 1_200_000;

const { DIFFERENTIAL_SEED, DIFFERENTIAL_FROM, DIFFERENTIAL_SEQUENCES } = process.env;
const first = Number(DIFFERENTIAL_SEED ?? DIFFERENTIAL_FROM ?? 1);
const count = DIFFERENTIAL_SEED ? 1 : Number(DIFFERENTIAL_SEQUENCES ?? SEQUENCES);

let service: Service;
let sides: [Side, Side];

beforeAll(async () => {
  service = await startService({ rootToken: `root-${randomUUID()}` });
  const { address, rootToken } = inject('target');
  sides = [
    await made({ address, token: rootToken }),
    await made({ address: service.url, token: service.rootToken }),
  ];
});

afterAll(() => service?.stop());

/** The root tokens themselves are not alike: one is made of each, in the same way. */
async function made({ address, token }: Side): Promise<Side> {
  const request = { method: 'POST', path: 'auth/token/create', body: { policies: ['root'] } };
  const { json } = await exchange({ address, token }, '', request);
  return { address, token: json.auth.client_token };
}

it(
  `${count} sequences of ${STEPS} steps from DIFFERENTIAL_SEED=${first} on differ in nothing that is not known`,
  async ({ task }) => {
    const seeds = Array.from({ length: count }, (_, i) => first + i);
    const played: Played[] = [];
    const player = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
        played.push(await play(sides, seed, STEPS));
    };
    await Promise.all(Array.from({ length: PLAYERS }, player));
    const tally = tallyOf(played);
    const { steps, sameSteps, unexplained, explained, unused } = tally;
    task.meta.differential = { sequences: count, steps, sameSteps, explained: Object.fromEntries(explained) };
    console.log(
      `${steps} steps on each side, ${sameSteps} answered alike, ${unexplained.length} causes unexplained`,
    );
    if (unused.length > 0 && !DIFFERENTIAL_SEED) console.log(`not met this time:\n${unused.join('\n')}`);
    expect(unexplained.map(described).join('\n\n')).toBe('');
  },
  TIMEOUT_MS,
);
