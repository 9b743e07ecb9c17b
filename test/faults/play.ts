/** Plays one flow with the faults given, lets the reconciler recover, and looks for what breaks the rules. */

import { changedEnds, violations } from '../support/checker.ts';
import type { CallSite, Faults } from './injector.ts';
import type { Stage } from './stage.ts';

/** One thing that the service does, from the request on. */
export interface Flow {
  name: string;
  /** Whether it makes so few calls that every pair of their faults may be played. */
  isShort?: true;
  /** Sets up what is there before, with nothing going wrong. @returns what begins a play of it, each time anew */
  prepare(stage: Stage): Promise<() => Scene>;
}

export interface Scene {
  /** The requests that set it off; each may meet faults. What they start is run afterwards. */
  act(): Promise<void>;
  /** What must hold in the end, beside the rules. @returns a sentence for each thing that is not so */
  check(): Promise<string[]>;
}

interface Play {
  /** Every call to AWS, in order. */
  calls: CallSite[];
  /** Those of the calls named that were made, and so went wrong. */
  fired: ReadonlySet<string>;
  /** Everything that is not as it must be. */
  broken: string[];
}

/** A flow with its setting, which is set up once and put back for each play. */
export interface Production {
  flow: Flow;
  play(faults: Faults): Promise<Play>;
}

export async function produce(stage: Stage, flow: Flow): Promise<Production> {
  await stage.clear();
  const begin = await flow.prepare(stage);
  const setting = await stage.tables();
  const timetables = new Map(stage.timetables);
  return {
    flow,
    async play(faults) {
      await stage.putBack(setting, timetables);
      return play(stage, begin(), faults);
    },
  };
}

async function play(stage: Stage, scene: Scene, faults: Faults): Promise<Play> {
  stage.injector.arm(faults);
  await scene.act();
  await stage.runExecutions();
  const midway = await stage.tables();
  await stage.recover();
  const { calls, fired } = stage.injector.disarm();
  // What is wrong in the tables is told first; the requests of `check` may change them.
  const ended = await stage.tables();
  const unlike = await scene.check();
  const broken = [
    ...violations(midway, 'midway'),
    ...violations(ended, 'ended'),
    ...changedEnds(midway, ended),
    ...changedEnds(ended, await stage.tables()),
    ...unlike,
    ...stage.surprises,
  ];
  return { calls, fired, broken };
}

/** The play in words, to be shown when it breaks a rule. */
export function describePlay({ flow }: Production, faults: Faults): string {
  const told = [...faults].map(([call, fault]) => `${call} ${fault}`);
  return `${flow.name}: ${told.join('; ') || 'no faults'}`;
}
