/** Several faults in one play: pairs, and schedules by chance. A seed in the name of a test plays the same again. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../support/chance.ts';
import { PLAYS_ALL, playWell, SEED } from './everyCall.ts';
import { type Fault, faultsOf } from './fault.ts';
import { flows } from './flows.ts';
import type { CallSite, Faults } from './injector.ts';
import { type Flow, type Production, produce } from './play.ts';
import { openStage, type Stage } from './stage.ts';

const PAIRS = Number(process.env.FAULT_PLAYS || 20);
const SCHEDULES = Number(process.env.FAULT_PLAYS || 40);
const TIMEOUT_MS = PLAYS_ALL ? 3_600_000 : 300_000;

/** Flows so short that every pair of their faults may be played. */
const SHORT = /nothing to revoke|is not started|is taken meanwhile|is made anew|is removed/;

/** What the reconciler calls when something has failed. */
const RECOVERY: readonly Pick<CallSite, 'operation' | 'name'>[] = [
  { operation: 'Query', name: 'Query of migrations in reconcile, no. 1' },
  { operation: 'GetItem', name: 'GetItem of migrations in reconcile, no. 1' },
  { operation: 'UpdateItem', name: 'UpdateItem of migrations in reconcile, no. 1' },
  { operation: 'StartExecution', name: 'StartExecution of remount in reconcile, no. 1' },
];

let stage: Stage;
let retryingStage: Stage;

beforeAll(async () => {
  [stage, retryingStage] = await Promise.all([openStage(), openStage(true)]);
});
afterAll(() => Promise.all([stage.stop(), retryingStage.stop()]));

/** A fault that may happen in a play. */
type Mishap = [call: string, fault: Fault];

/** Calls come again when they have failed: the second time is another place for a fault. */
async function mishapsOf(production: Production): Promise<Mishap[]> {
  const { calls } = await production.play(new Map());
  const next = calls.map(({ operation, name }) => ({
    operation,
    name: name.replace(/\d+$/, (n) => `${Number(n) + 1}`),
  }));
  const places = new Map([...calls, ...next, ...RECOVERY].map(({ name, operation }) => [name, operation]));
  return [...places]
    .sort()
    .flatMap(([name, operation]) => faultsOf(operation).map((fault): Mishap => [name, fault]));
}

describe('with two faults every rule holds for', () => {
  it.each(flows.filter(({ name }) => SHORT.test(name)))(
    `$name (seed ${SEED})`,
    { timeout: TIMEOUT_MS },
    async (flow) => {
      const production = await produce(stage, flow);
      const mishaps = await mishapsOf(production);
      for (const pair of pairsOf(mishaps, chanceOf(SEED))) await playWell(production, pair);
    },
  );
});

function pairsOf(mishaps: Mishap[], chance: Chance): Faults[] {
  if (!PLAYS_ALL)
    return Array.from({ length: PAIRS }, () => new Map([chance.pick(mishaps), chance.pick(mishaps)]));
  return mishaps.flatMap((one, i) => mishaps.slice(i + 1).map((other): Faults => new Map([one, other])));
}

describe('with faults by chance every rule holds', () => {
  it.each([
    ['when the reconciler alone recovers', () => stage],
    ['when the state machines retry', () => retryingStage],
  ])(`%s (seed ${SEED})`, { timeout: TIMEOUT_MS }, async (_, on) => {
    const chance = chanceOf(SEED);
    for (let left = SCHEDULES; left > 0; ) {
      const production = await produce(on(), chance.pick<Flow>(flows));
      const mishaps = await mishapsOf(production);
      for (let i = 0; i < 10 && left > 0; i++, left--) {
        const count = 2 + chance.below(5);
        await playWell(production, new Map(Array.from({ length: count }, () => chance.pick(mishaps))));
      }
    }
    expect(flows.length).toBeGreaterThan(0);
  });
});
