/** The cost of a move within a namespace with nothing to revoke. */

import { totalOf } from '../countingProxy.ts';
import type { Amounts } from './amounts.ts';
import { callsOf, costOfMove, median } from './cost.ts';
import type { Lab } from './lab.ts';
import { makeKv } from './makeMounts.ts';

export interface PlainMoves {
  moves: number;
  ms: number;
  /** The maximum over the moves. */
  dynamodbCalls: number;
  transitions: number;
  /** Each different set of calls that a move made. */
  calls: string[];
}

export async function measurePlain(lab: Lab, { plainMoves }: Amounts): Promise<PlainMoves> {
  await makeKv(lab, 'plain-0', 1);
  const costs = [];
  for (let i = 0; i < plainMoves; i++) costs.push(await costOfMove(lab, `plain-${i}`, `plain-${i + 1}`));
  return {
    moves: plainMoves,
    ms: median(costs.map(({ ms }) => ms)),
    dynamodbCalls: Math.max(...costs.map(({ dynamodb }) => totalOf(dynamodb))),
    transitions: Math.max(...costs.map(({ transitions }) => transitions)),
    calls: [...new Set(costs.map(callsOf))],
  };
}
