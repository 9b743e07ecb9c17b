/**
 * Packs the moves of a plan, pure: into chunks that can be worked on at the same time without getting in each other's
 * way, and in each chunk into groups, of which each is one transaction.
 */

import { CHUNK_MOVES, MAX_TRANSACTION_WRITES, PACKED_MOVES } from '../limits.ts';
import { ancestors } from '../tree/path.ts';
import type { Knot } from './orderMoves.ts';
import { endId, type PlannedMove, placeId, type RowMove } from './plan.ts';

/** Beside the moves each transaction counts how far the chunk has come. */
export const MOST_WRITES = MAX_TRANSACTION_WRITES - 1;

/** How many moves are put together that could as well go alone. */
export interface Sizes {
  group: number;
  chunk: number;
}

const SIZES: Sizes = { group: PACKED_MOVES, chunk: CHUNK_MOVES };

/** Of each move: its generation and the record of its migration. */
const WRITES_BESIDE_TREE = 2;

/** The number of writes that moves take in one transaction. */
export interface WriteCount {
  /** @returns the writes of all moves added so far */
  add(move: RowMove): number;
}

/** Counts as `planTree` writes: each key once, and a fork not at all that wins as much as it loses. */
export function writeCount(): WriteCount {
  const keys = new Map<string, { entry: boolean; below: number }>();
  let writes = 0;
  const change = (place: string, entry: boolean, below: number): void => {
    const key = keys.get(place) ?? { entry: false, below: 0 };
    const before = key.entry || key.below !== 0;
    key.entry ||= entry;
    key.below += below;
    keys.set(place, key);
    writes += Number(key.entry || key.below !== 0) - Number(before);
  };
  return {
    add({ source, target }) {
      for (const [end, growth] of [
        [source, -1],
        [target, 1],
      ] as const) {
        change(endId(end), true, 0);
        for (const path of ancestors(end.path)) change(placeId(end.namespace.id, path), false, growth);
      }
      writes += WRITES_BESIDE_TREE;
      return writes;
    },
  };
}

/** The number of writes that these moves take together. */
export function writesOf(moves: RowMove[]): number {
  const count = writeCount();
  return moves.reduce((_, move) => count.add(move), 0);
}

/**
 * @param needs for each move, those before it
 * @param knots in an order that can be carried out
 */
export function packMoves(
  moves: RowMove[],
  needs: number[][],
  knots: Knot[],
  sizes = SIZES,
): PlannedMove[][] {
  return chunksOf(familiesOf(moves, needs, knots), sizes.chunk).map((chunk, number) => {
    let group = 0;
    let packed = 0;
    let count = writeCount();
    return chunk.flatMap((knot, knotNumber) => {
      const own = knot.map((i) => moves[i] as RowMove);
      const writes = own.reduce((_, move) => count.add(move), 0);
      const isFull = writes > MOST_WRITES || packed + own.length > sizes.group;
      if (packed > 0 && isFull) {
        group++;
        packed = 0;
        count = writeCount();
        for (const move of own) count.add(move);
      }
      packed += own.length;
      return own.map((move) => ({ ...move, chunk: number, group, knot: knotNumber }));
    });
  });
}

/** Small families share a chunk; a large one has a chunk of its own, for its moves go one after the other. */
function chunksOf(families: Knot[][], most: number): Knot[][] {
  const chunks: Knot[][] = [];
  let size = 0;
  for (const family of families) {
    const own = family.reduce((sum, knot) => sum + knot.length, 0);
    const last = chunks.at(-1);
    if (last && size + own <= most) {
      last.push(...family);
      size += own;
    } else {
      chunks.push([...family]);
      size = own;
    }
  }
  return chunks;
}

/**
 * Moves that need each other, or change the same fork: at the same time they would only wait for each other.
 * @returns the knots of each family in their order
 */
function familiesOf(moves: RowMove[], needs: number[][], knots: Knot[]): Knot[][] {
  const family = moves.map((_, i) => i);
  const headOf = (i: number): number => {
    let head = i;
    while (family[head] !== head) {
      family[head] = family[family[head] as number] as number;
      head = family[head] as number;
    }
    return head;
  };
  const join = (a: number, b: number): void => {
    family[headOf(b)] = headOf(a);
  };
  const forks = new Map<string, number>();
  moves.forEach((move, i) => {
    for (const needed of needs[i] ?? []) join(i, needed);
    for (const fork of changedForks(move)) {
      const other = forks.get(fork);
      if (other === undefined) forks.set(fork, i);
      else join(other, i);
    }
  });
  for (const knot of knots) for (const i of knot) join(knot[0] as number, i);
  const families = new Map<number, Knot[]>();
  for (const knot of knots) {
    const head = headOf(knot[0] as number);
    const known = families.get(head);
    if (known) known.push(knot);
    else families.set(head, [knot]);
  }
  return [...families.values()];
}

/** The forks above one end of a move and not above the other. */
function changedForks({ source, target }: RowMove): string[] {
  const above = ({ namespace, path }: RowMove['source']) =>
    ancestors(path).map((fork) => placeId(namespace.id, fork));
  const [left, entered] = [new Set(above(source)), new Set(above(target))];
  return [...left.symmetricDifference(entered)];
}
