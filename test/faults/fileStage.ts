/** One stage for all tests of a file. */

import { afterAll } from 'vitest';
import { type Flow, type PreparedFlow, prepareFlow } from './play.ts';
import { openStage, type Stage } from './stage.ts';

/** Sets up a flow on the stage; what an earlier flow has left there is deleted. */
export type Prepare = (flow: Flow) => Promise<PreparedFlow>;

/**
 * The stage is opened for the first flow, and stopped after the last test of the file.
 * @param retries whether the state machines may retry
 */
export function fileStage(retries = false): Prepare {
  let opening: Promise<Stage> | undefined;
  afterAll(async () => (await opening)?.stop());
  return async (flow) => {
    opening ??= openStage({ retries });
    return prepareFlow(await opening, flow);
  };
}
