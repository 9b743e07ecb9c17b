/** The processor time that the plan of a large bulk run takes, without reading the tree. */

import { planMoves } from '../../../functions/bulk/planMoves.ts';
import { median } from '../../../infra/demo/measure/cost.ts';
import { mixedRows } from '../../bulk/tenThousand.ts';
import { processorTimeOf } from '../../support/processorTime.ts';

export interface Planning {
  moves: number;
  cpuMs: number;
}

const TIMES = 5;

export function measurePlanning(wanted: number): Planning {
  const moves = Math.max(10, Math.round(wanted / 10) * 10);
  const cpuMs = median(Array.from({ length: TIMES }, () => planOnce(moves)));
  return { moves, cpuMs };
}

function planOnce(moves: number): number {
  const { rows, tree } = mixedRows(moves);
  const { answer, ms } = processorTimeOf(() => planMoves(rows, tree));
  const { chunks, problems } = answer;
  if (problems.length > 0 || chunks.flat().length !== moves)
    throw new Error('the plan is not what it should be');
  return ms;
}
