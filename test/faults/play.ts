/** Plays one flow with faults, lets the reconciler recover, and finds what breaks the rules. */

import { changedEnds, violations } from '../support/checker.ts';
import type { CallSite, Faults } from './injector.ts';
import type { Stage } from './stage.ts';

/** One operation of the service, from the request to its end. */
export interface Flow {
  name: string;
  /** It makes so few calls that every pair of their faults can be played. */
  isShort?: true;
  /** Sets up the initial state, without faults. @returns a function that begins a new play of the flow */
  prepare(stage: Stage): Promise<() => FlowRun>;
}

export interface FlowRun {
  /** Sends the requests of the flow; each may have faults. What they start is run afterwards. */
  act(): Promise<void>;
  /** Checks what must hold in the end besides the rules. @returns a sentence for each fact that does not hold */
  check(): Promise<string[]>;
}

interface Play {
  /** Every call to AWS, in order. */
  calls: CallSite[];
  /** The names of the calls that had a fault. */
  fired: ReadonlySet<string>;
  /** A sentence for each broken rule. */
  broken: string[];
}

/** A flow with its initial state, which is set up once and restored for each play. */
export interface PreparedFlow {
  flow: Flow;
  play(faults: Faults): Promise<Play>;
}

export async function prepareFlow(stage: Stage, flow: Flow): Promise<PreparedFlow> {
  await stage.clear();
  const begin = await flow.prepare(stage);
  const initial = await stage.tables();
  const timetables = new Map(stage.timetables);
  return {
    flow,
    async play(faults) {
      await stage.restore(initial, timetables);
      return play(stage, begin(), faults);
    },
  };
}

async function play(stage: Stage, flowRun: FlowRun, faults: Faults): Promise<Play> {
  stage.injector.arm(faults);
  await flowRun.act();
  await stage.runExecutions();
  const midway = await stage.tables();
  await stage.recover();
  const { calls, fired } = stage.injector.disarm();
  // Read first, because the requests of `check` may change the tables.
  const ended = await stage.tables();
  const untrue = await flowRun.check();
  const broken = [
    ...violations(midway, 'midway'),
    ...violations(ended, 'ended'),
    ...changedEnds(midway, ended),
    ...changedEnds(ended, await stage.tables()),
    ...untrue,
    ...stage.surprises,
  ];
  return { calls, fired, broken };
}

/** Describes a play for the message of a failed test. */
export function describePlay({ flow }: PreparedFlow, faults: Faults): string {
  const failing = [...faults].map(([call, fault]) => `${call} ${fault}`);
  return `${flow.name}: ${failing.join('; ') || 'no faults'}`;
}
