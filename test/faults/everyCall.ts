/** Plays each flow once for each call that it makes and each fault that the call can have. */

import { expect, it } from 'vitest';
import { chanceOf, seedFrom } from '../support/chance.ts';
import { type Fault, faultsOf, isRead } from './fault.ts';
import type { Prepare } from './fileStage.ts';
import type { CallSite, Faults } from './injector.ts';
import { describePlay, type Flow, type PreparedFlow } from './play.ts';

/** `npm run test:faults` plays all faults of all calls. Otherwise a few random ones of the first call of each kind. */
export const PLAYS_ALL = process.env.FAULTS === 'all';

/** How many faults of a call are played. A read can fail in fewer ways. */
const few = (operation: string) => (isRead(operation) ? 1 : 2);

export const SEED = seedFrom('FAULT_SEED');

/** For all plays of one test; the slowest play takes about a second on a busy machine. */
const TIMEOUT_MS = PLAYS_ALL ? 3_600_000 : 300_000;

/** Kinds of calls, such as `Query of leases in revoke`, that need not be played in each flow. */
interface Known {
  /** The same in all of these flows: only the first flow that makes one plays it. */
  once?: RegExp;
  /** Played by flows of another file. */
  elsewhere?: RegExp;
}

/** Declares a test for each flow. */
export function playEveryCall(
  prepare: Prepare,
  flows: readonly Flow[],
  { once, elsewhere }: Known = {},
): void {
  const seen = new Set<string>();
  const chance = chanceOf(SEED);
  it.each(flows)(`$name (seed ${SEED})`, { timeout: TIMEOUT_MS }, async (flow) => {
    const prepared = await prepare(flow);
    const { calls, broken } = await prepared.play(new Map());
    expect(broken).toEqual([]);
    const isNew = ({ invocation, operation, subject }: CallSite): boolean => {
      const kind = `${operation} of ${subject} in ${invocation}`;
      const of = once?.test(kind) ? kind : `${flow.name}: ${kind}`;
      return PLAYS_ALL || (!elsewhere?.test(kind) && !seen.has(of) && Boolean(seen.add(of)));
    };
    for (const { operation, name } of calls.filter(isNew)) {
      const faults = PLAYS_ALL ? faultsOf(operation) : chance.some(faultsOf(operation), few(operation));
      for (const fault of faults) await playOne(prepared, name, fault);
    }
  });
}

/** Plays a flow with one fault, which must happen. */
export async function playOne(prepared: PreparedFlow, call: string, fault: Fault): Promise<void> {
  const faults = new Map([[call, fault]]);
  expect(await playWell(prepared, faults), describePlay(prepared, faults)).toBe(1);
}

/** Plays a flow, after which every rule must hold. @returns how many of the faults have happened */
export async function playWell(prepared: PreparedFlow, faults: Faults): Promise<number> {
  const { broken, fired } = await prepared.play(faults);
  expect(broken, describePlay(prepared, faults)).toEqual([]);
  return fired.size;
}
