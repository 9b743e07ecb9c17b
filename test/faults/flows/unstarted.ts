/** Flows whose workflow is not started, so that only the reconciler starts it. */

import type { Flow } from '../play.ts';
import { putKv } from '../setting.ts';
import { moving } from './move.ts';
import { bulk } from './orders.ts';
import { deletion } from './removals.ts';

const move: Flow = {
  name: 'a move',
  isShort: true,
  async prepare(stage) {
    await putKv(stage, 'kv');
    return moving(stage, { from: 'kv', to: 'moved' });
  },
};

/** The same flow, but Step Functions refuses to start anything for the request. */
function unstartedFlow(flow: Flow): Flow {
  return {
    ...flow,
    name: `${flow.name}, whose workflow is not started`,
    async prepare(stage) {
      const begin = await flow.prepare(stage);
      return () => {
        const { act, check } = begin();
        const actWithoutStart = async () => {
          stage.startsNothing = true;
          await act();
          stage.startsNothing = false;
        };
        return { act: actWithoutStart, check };
      };
    },
  };
}

export const unstartedMove = unstartedFlow(move);

export const unstarted: readonly Flow[] = [unstartedMove, unstartedFlow(bulk), unstartedFlow(deletion)];
