/** Compares moves of a small and a large mount: the time, the calls to AWS, the state transitions. */

import { totalOf } from '../countingProxy.ts';
import type { Amounts } from './amounts.ts';
import { type Cost, callsOf, costOfMove, median } from './cost.ts';
import type { Lab } from './lab.ts';
import { makeKv } from './makeMounts.ts';

export interface SizeComparison {
  /** Number of moves of each mount. */
  moves: number;
  smallKeys: number;
  smallMs: number;
  largeKeys: number;
  largeMs: number;
  /** Time of the large mount divided by that of the small one: the median over pairs of consecutive moves. */
  ratio: number;
  /** The maximum over the moves. */
  dynamodbCalls: number;
  /** Each different set of calls and transitions; one entry if all moves of both mounts cost the same. */
  calls: string[];
}

/**
 * Moves both mounts between two namespaces alternately, so that other load on the machine slows down both equally. The
 * first moves warm up the functions and are not counted.
 */
export async function measureSizes(lab: Lab, { sizes }: Pick<Amounts, 'sizes'>): Promise<SizeComparison> {
  const { smallKeys, largeKeys, moves, warmUp } = sizes;
  await makeKv(lab, 'small', smallKeys);
  await makeKv(lab, 'large', largeKeys);
  for (const namespace of ['left', 'right']) await lab.root.write(`sys/namespaces/${namespace}`);
  for (const name of ['small', 'large']) await costOfMove(lab, name, `left/${name}`);

  const pairs: Pair[] = [];
  for (let i = 0; i < warmUp + moves; i++) {
    const [from, to] = i % 2 === 0 ? ['left', 'right'] : ['right', 'left'];
    const move = (name: string) => costOfMove(lab, `${from}/${name}`, `${to}/${name}`);
    pairs.push(
      await inTurn(
        i % 4 < 2,
        () => move('small'),
        () => move('large'),
      ),
    );
  }
  return { ...compare(pairs.slice(warmUp)), smallKeys, largeKeys };
}

type Pair = [small: Cost, large: Cost];

/** The order alternates, because the first move of a pair warms up the functions for the second. */
async function inTurn(
  smallFirst: boolean,
  moveSmall: () => Promise<Cost>,
  moveLarge: () => Promise<Cost>,
): Promise<Pair> {
  if (smallFirst) return [await moveSmall(), await moveLarge()];
  const large = await moveLarge();
  return [await moveSmall(), large];
}

function compare(pairs: Pair[]): Omit<SizeComparison, 'smallKeys' | 'largeKeys'> {
  return {
    moves: pairs.length,
    smallMs: median(pairs.map(([small]) => small.ms)),
    largeMs: median(pairs.map(([, large]) => large.ms)),
    ratio: median(pairs.map(([small, large]) => large.ms / small.ms)),
    dynamodbCalls: Math.max(...pairs.flat().map(({ dynamodb }) => totalOf(dynamodb))),
    calls: [...new Set(pairs.flat().map(callsOf))],
  };
}
