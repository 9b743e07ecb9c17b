/** Several faults in one play: pairs, and random sets. The seed in the title of a test repeats it. */

import { describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../support/chance.ts';
import { PLAYS_ALL, playOne, playWell, SEED } from './everyCall.ts';
import { type Fault, faultsOf } from './fault.ts';
import { fileStage } from './fileStage.ts';
import { unstartedMove } from './flows/unstarted.ts';
import { flows } from './flows.ts';
import type { CallSite, Faults } from './injector.ts';
import type { Flow, PreparedFlow } from './play.ts';

const { FAULT_PLAYS, FAULT_PAIRS } = process.env;
/** Pairs of each short flow. All of them are about a hundred thousand, which take three hours. */
const PAIRS = FAULT_PAIRS === 'all' ? Number.POSITIVE_INFINITY : Number(FAULT_PLAYS || 20);
const SCHEDULES = Number(FAULT_PLAYS || 40);
const TIMEOUT_MS = PLAYS_ALL ? 3_600_000 : 300_000;

const short = flows.filter(({ isShort }) => isShort);

/** The calls of the reconciler when something has failed. */
const RECOVERY: readonly Pick<CallSite, 'operation' | 'name'>[] = [
  { operation: 'Query', name: 'Query of migrations open in reconcile, no. 1' },
  { operation: 'GetItem', name: 'GetItem of migrations in reconcile, no. 1' },
  { operation: 'UpdateItem', name: 'UpdateItem of migrations in reconcile, no. 1' },
  { operation: 'StartExecution', name: 'StartExecution of remount in reconcile, no. 1' },
];

const prepare = fileStage();
const prepareRetrying = fileStage(true);

describe('the calls of the reconciler when something has failed', () => {
  it.each(RECOVERY)('have the names listed here: $name', async ({ operation, name }) => {
    const prepared = await prepare(unstartedMove);
    for (const fault of faultsOf(operation)) await playOne(prepared, name, fault);
  });
});

/** A fault that a call of a play may have. */
type CallFault = [call: string, fault: Fault];

/** A failed call is retried, and the retry can have a fault as well. */
async function callFaultsOf(prepared: PreparedFlow): Promise<CallFault[]> {
  const { calls } = await prepared.play(new Map());
  const next = calls.map(({ operation, name }) => ({
    operation,
    name: name.replace(/\d+$/, (n) => `${Number(n) + 1}`),
  }));
  const places = new Map([...calls, ...next, ...RECOVERY].map(({ name, operation }) => [name, operation]));
  return [...places]
    .sort()
    .flatMap(([name, operation]) => faultsOf(operation).map((fault): CallFault => [name, fault]));
}

describe('with two faults, every rule holds for', () => {
  it.each(short)(`$name (seed ${SEED})`, { timeout: TIMEOUT_MS }, async (flow) => {
    const prepared = await prepare(flow);
    const callFaults = await callFaultsOf(prepared);
    let fired = 0;
    for (const pair of pairsOf(callFaults, chanceOf(SEED))) fired += await playWell(prepared, pair);
    expect(fired).toBeGreaterThan(0);
  });
});

/** Faults of two different calls. */
function pairsOf(callFaults: CallFault[], chance: Chance): Faults[] {
  const pairs = callFaults.flatMap((one, i) =>
    callFaults
      .slice(i + 1)
      .filter(([call]) => call !== one[0])
      .map((other) => [one, other] as const),
  );
  return chance.some(pairs, PAIRS).map((pair) => new Map(pair));
}

describe('with random faults, every rule holds', () => {
  it.each([
    ['when the reconciler alone recovers', prepare],
    ['when the state machines retry', prepareRetrying],
  ])(`%s (seed ${SEED})`, { timeout: TIMEOUT_MS }, async (_, prepareOn) => {
    const chance = chanceOf(SEED);
    const fired: number[] = [];
    for (let left = SCHEDULES; left > 0; ) {
      const prepared = await prepareOn(chance.pick<Flow>(flows));
      const callFaults = await callFaultsOf(prepared);
      for (let i = 0; i < 10 && left > 0; i++, left--) {
        const count = 2 + chance.below(5);
        const faults = new Map(Array.from({ length: count }, () => chance.pick(callFaults)));
        fired.push(await playWell(prepared, faults));
      }
    }
    expect(fired).toHaveLength(SCHEDULES);
    // A call that is to fail may never be made. Still, most plays have a fault, and many have more than one.
    expect(fired.filter((count) => count > 0).length).toBeGreaterThan(SCHEDULES / 2);
    expect(fired.filter((count) => count > 1).length).toBeGreaterThan(SCHEDULES / 10);
  });
});
