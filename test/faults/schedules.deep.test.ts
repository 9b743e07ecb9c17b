/** Several faults in one play: pairs, and schedules by chance. A seed in the name of a test plays the same again. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../support/chance.ts';
import { PLAYS_ALL, playOne, playWell, SEED } from './everyCall.ts';
import { type Fault, faultsOf } from './fault.ts';
import { unstartedMove } from './flows/unstarted.ts';
import { flows } from './flows.ts';
import type { CallSite, Faults } from './injector.ts';
import { type Flow, type Production, produce } from './play.ts';
import { openStage, type Stage } from './stage.ts';

const PAIRS = Number(process.env.FAULT_PLAYS || 20);
const SCHEDULES = Number(process.env.FAULT_PLAYS || 40);
const TIMEOUT_MS = PLAYS_ALL ? 3_600_000 : 300_000;

const short = flows.filter(({ isShort }) => isShort);

/** What the reconciler calls when something has failed. */
const RECOVERY: readonly Pick<CallSite, 'operation' | 'name'>[] = [
  { operation: 'Query', name: 'Query of migrations open in reconcile, no. 1' },
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

describe('the calls that are made when something has failed', () => {
  it.each(RECOVERY)('are made by the names given here: $name', async ({ operation, name }) => {
    const production = await produce(stage, unstartedMove);
    for (const fault of faultsOf(operation)) await playOne(production, name, fault);
  });
});

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
  it.each(short)(`$name (seed ${SEED})`, { timeout: TIMEOUT_MS }, async (flow) => {
    const production = await produce(stage, flow);
    const mishaps = await mishapsOf(production);
    let fired = 0;
    for (const pair of pairsOf(mishaps, chanceOf(SEED))) fired += await playWell(production, pair);
    expect(fired).toBeGreaterThan(0);
  });
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
    const fired: number[] = [];
    for (let left = SCHEDULES; left > 0; ) {
      const production = await produce(on(), chance.pick<Flow>(flows));
      const mishaps = await mishapsOf(production);
      for (let i = 0; i < 10 && left > 0; i++, left--) {
        const count = 2 + chance.below(5);
        const faults = new Map(Array.from({ length: count }, () => chance.pick(mishaps)));
        fired.push(await playWell(production, faults));
      }
    }
    expect(fired).toHaveLength(SCHEDULES);
    // What comes second may never be called: but most plays meet a fault, and many meet more than one.
    expect(fired.filter((count) => count > 0).length).toBeGreaterThan(SCHEDULES / 2);
    expect(fired.filter((count) => count > 1).length).toBeGreaterThan(SCHEDULES / 10);
  });
});
