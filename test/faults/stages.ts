/** Stages one after the other. An emulator keeps every write in its stream and gets slower with each, so it is not used for long. */

import { afterAll } from 'vitest';
import { type Flow, type PreparedFlow, prepareFlow } from './play.ts';
import { openStage, type Stage } from './stage.ts';

/** Opening a stage takes about as long as ten plays of a move. */
const PLAYS_EACH = 100;

export interface Stages {
  /** The flow is prepared anew on each stage. */
  prepare(flow: Flow): Promise<PreparedFlow>;
}

/**
 * For one file: the last stage is stopped when its tests are over.
 * @param retries whether the state machines may retry
 */
export function stages(retries = false): Stages {
  let stage: Stage | undefined;
  let plays = 0;
  async function freshStage(): Promise<Stage> {
    await stage?.stop();
    plays = 0;
    stage = await openStage(retries);
    return stage;
  }
  afterAll(() => stage?.stop());
  return {
    async prepare(flow) {
      let prepared = await prepareFlow(stage ?? (await freshStage()), flow);
      return {
        flow,
        async play(faults) {
          if (plays >= PLAYS_EACH) prepared = await prepareFlow(await freshStage(), flow);
          plays++;
          return prepared.play(faults);
        },
      };
    },
  };
}
