/** Whether a move costs more the more keys a mount has: its time, its calls of AWS, its state transitions. */

import { totalOf } from '../countingProxy.ts';
import { type Cost, callsOf, costOfMove, median } from './cost.ts';
import type { Lab } from './lab.ts';
import { makeKv } from './makeMounts.ts';

export interface SizeComparison {
  /** Of each mount. */
  moves: number;
  smallKeys: number;
  smallMs: number;
  largeKeys: number;
  largeMs: number;
  /** Large to small, the median over the pairs of moves made one right after the other. */
  ratio: number;
  /** The most that one of the moves made. */
  dynamodbCalls: number;
  /** The calls and transitions of a move; one entry if all moves, of both mounts, made the same. */
  calls: string[];
}

interface SizesWanted {
  smallKeys: number;
  largeKeys: number;
  /** Of each mount, back and forth. */
  moves: number;
}

const DEMO: SizesWanted = { smallKeys: 10, largeKeys: 20_000, moves: 40 };
/** Moves of each mount that only warm up the functions. */
const WARM_UP = 10;

/** Moves both between two namespaces by turns, so that what else the machine does slows down both alike. */
export async function measureSizes(lab: Lab, wanted = DEMO): Promise<SizeComparison> {
  const { smallKeys, largeKeys, moves } = wanted;
  await makeKv(lab, 'small', smallKeys);
  await makeKv(lab, 'large', largeKeys);
  for (const namespace of ['left', 'right']) await lab.root.write(`sys/namespaces/${namespace}`);
  for (const name of ['small', 'large']) await costOfMove(lab, name, `left/${name}`);

  const pairs: Pair[] = [];
  for (let i = 0; i < WARM_UP + moves; i++) {
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
  return { ...compare(pairs.slice(WARM_UP)), smallKeys, largeKeys };
}

type Pair = [small: Cost, large: Cost];

/** Who goes first alternates: the second finds what the first has warmed. */
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
