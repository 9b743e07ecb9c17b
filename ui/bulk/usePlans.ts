/** What each move of a run would do by itself: the plan of the run as a whole does not tell it. */

import { useEffect, useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { type MovePlan, planMove } from '../service/migrations.ts';
import { Refused } from '../service/refused.ts';
import type { Session } from '../service/session.ts';

/** By row. A move that can only be made together with others, such as a swap, is refused by itself. */
export type Plans = ReadonlyMap<number, MovePlan | Refused>;

const AT_ONCE = 4;

/** @param moves those whose plans are requested, a few at once, in their order */
export function usePlans(session: Session, moves: PlanInfo['moves']): Plans {
  const [plans, setPlans] = useState<Plans>(new Map());
  useEffect(() => {
    const left = moves.filter(({ row }) => !isKnown(plans.get(row)));
    let isOpen = true;
    const work = async () => {
      for (let move = left.shift(); move && isOpen; move = left.shift()) {
        const plan = await planOf(session, move);
        const { row } = move;
        if (isOpen) setPlans((before) => new Map(before).set(row, plan));
      }
    };
    for (let i = 0; i < AT_ONCE; i++) void work();
    return () => {
      isOpen = false;
    };
  }, [moves, session.token]);
  return plans;
}

/** Whether another request would have the same answer. */
function isKnown(plan: MovePlan | Refused | undefined): boolean {
  return plan !== undefined && !(plan instanceof Refused && !isByItself(plan));
}

/** Whether the move was refused for what it is, not for the token or because the service could not answer. */
export function isByItself({ status }: Refused): boolean {
  return status === 400;
}

function planOf(session: Session, { source_mount: source, target_mount: target }: PlanInfo['moves'][number]) {
  const [from, to] = [source, target].map((path) => path.slice(session.namespace.length));
  return planMove(session, { from: from as string, to: to as string }).catch((error: unknown) =>
    error instanceof Refused ? error : new Refused(0, [String(error)]),
  );
}
