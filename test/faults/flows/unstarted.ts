/** Work whose workflow is not started, so that only the reconciler can. */

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

/** The same flow, but Step Functions starts nothing for the request, and does not say so. */
function unheard(flow: Flow): Flow {
  return {
    ...flow,
    name: `${flow.name}, whose workflow is not started`,
    async prepare(stage) {
      const begin = await flow.prepare(stage);
      return () => {
        const { act, check } = begin();
        const actUnheard = async () => {
          stage.startsNothing = true;
          await act();
          stage.startsNothing = false;
        };
        return { act: actUnheard, check };
      };
    },
  };
}

export const unstartedMove = unheard(move);

export const unstarted: readonly Flow[] = [unstartedMove, unheard(bulk), unheard(deletion)];
