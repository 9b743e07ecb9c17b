/** The moves of a plan as flows between namespaces, and where a picture shows them. Pure. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { many, namespaceName } from './format.ts';

export interface Flow {
  from: string;
  to: string;
  moves: number;
}

/** The largest first. */
export function flowsOf(moves: PlanInfo['moves']): Flow[] {
  const flows = new Map<string, Flow>();
  for (const { source_namespace: from, target_namespace: to } of moves) {
    const key = JSON.stringify([from, to]);
    const flow = flows.get(key) ?? { from, to, moves: 0 };
    flows.set(key, { ...flow, moves: flow.moves + 1 });
  }
  return [...flows.values()].sort((one, other) => other.moves - one.moves);
}

/** `3 moves from the root namespace to team-a/`. */
export function flowInWords({ from, to, moves }: Flow): string {
  if (from === to) return `${many(moves, 'move')} within ${namespaceName(from)}`;
  return `${many(moves, 'move')} from ${namespaceName(from)} to ${namespaceName(to)}`;
}

/** A part of a column of the picture. All lengths are in its units. */
export interface Block {
  namespace: string;
  moves: number;
  y: number;
  height: number;
}

/** A flow between the heights of its two ends. */
interface Band extends Flow {
  left: number;
  right: number;
  width: number;
}

interface Picture {
  left: Block[];
  right: Block[];
  bands: Band[];
  height: number;
}

const GAP = 14;
/** Tall enough for a line of text, however few moves there are. */
const LEAST = 26;
const MOST = 180;

/** The columns have the namespaces that mounts leave, and those that they come into. */
export function pictureOf(flows: Flow[]): Picture {
  const total = flows.reduce((sum, { moves }) => sum + moves, 0);
  const scale = MOST / Math.max(1, total);
  const left = columnOf(flows, 'from', scale);
  const right = columnOf(flows, 'to', scale);
  const used = new Map<Block, number>();
  const bands = flows.map((flow): Band => {
    const width = flow.moves * scale;
    const at = (column: Block[], namespace: string) => {
      const block = column.find((each) => each.namespace === namespace) as Block;
      const start = used.get(block) ?? block.y + (block.height - block.moves * scale) / 2;
      used.set(block, start + width);
      return start + width / 2;
    };
    return { ...flow, width, left: at(left, flow.from), right: at(right, flow.to) };
  });
  const bottom = (column: Block[]) => Math.max(0, ...column.map(({ y, height }) => y + height));
  return { left, right, bands, height: Math.max(bottom(left), bottom(right)) };
}

function columnOf(flows: Flow[], end: 'from' | 'to', scale: number): Block[] {
  const sums = new Map<string, number>();
  for (const flow of flows) sums.set(flow[end], (sums.get(flow[end]) ?? 0) + flow.moves);
  let y = 0;
  return [...sums].map(([namespace, moves]) => {
    const block = { namespace, moves, y, height: Math.max(LEAST, moves * scale) };
    y += block.height + GAP;
    return block;
  });
}
