/**
 * Packs the moves of a plan, pure: into chunks that run in parallel without contending for a key, and each chunk into
 * groups. A group is one transaction.
 */

import { CHUNK_MOVES, MAX_TRANSACTION_WRITES, PACKED_MOVES } from '../limits.ts';
import { inBatches } from '../store/inBatches.ts';
import { ownAlias } from '../tree/alias.ts';
import { ancestors } from '../tree/path.ts';
import { changedForks, componentsOf, type Knot } from './orderMoves.ts';
import { endId, type PackedMove, placeId, type RowMove } from './plan.ts';

/** The writes of a transaction that are left for moves: one more is the progress of the chunk. */
export const MOST_WRITES = MAX_TRANSACTION_WRITES - 1;

/** How many moves share a group and a chunk. A knot or component that is larger is not split. */
export interface PackSizes {
  group: number;
  chunk: number;
}

const SIZES: PackSizes = { group: PACKED_MOVES, chunk: CHUNK_MOVES };

/** For each move: the generation of its mount, and the record of its migration. */
const WRITES_BESIDE_TREE = 2;

/** Counts the writes of a transaction. */
export interface WriteCount {
  /** @returns the number of writes of all moves added so far */
  add(move: RowMove): number;
}

/**
 * Counts what `planTree` writes: each key once, and no fork whose count stays the same. Each namespace of a source or a
 * target, and each one above them, is one condition more; each alias that follows its mount is one write more.
 */
export function writeCount(): WriteCount {
  const concerned = new Set<string>(['root']);
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
    add({ source, target, mount }) {
      // Where the mount replaces its own alias, the number of entries stays the same.
      const isBack = ownAlias(mount, { namespaceId: target.namespace.id, path: target.path }) !== undefined;
      for (const [end, growth] of [
        [source, -1],
        [target, isBack ? 0 : 1],
      ] as const) {
        change(endId(end), true, 0);
        for (const path of ancestors(end.path)) change(placeId(end.namespace.id, path), false, growth);
      }
      const before = concerned.size;
      for (const id of [...source.namespace.lineage, ...target.namespace.lineage]) concerned.add(id);
      const following = (mount.aliases?.length ?? 0) - Number(isBack);
      writes += WRITES_BESIDE_TREE + following + concerned.size - before;
      return writes;
    },
  };
}

/** The number of writes of these moves in one transaction. */
export function writesOf(moves: RowMove[]): number {
  const count = writeCount();
  return moves.reduce((_, move) => count.add(move), 0);
}

/**
 * @param needs for each move, the indices of those before it
 * @param knots in an order that can be carried out
 * @returns the moves of each chunk, in their order
 */
export function packMoves(moves: RowMove[], needs: number[][], knots: Knot[], sizes = SIZES): PackedMove[][] {
  const components = componentsOf(needs, knots, moves.map(changedForks));
  return chunksOf(components, sizes.chunk).map((chunk, number) => {
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

/** Small components share a chunk. A large one has a chunk of its own: its groups have to run one after the other. */
export function chunksOf(components: Knot[][], most: number): Knot[][] {
  const sizeOf = (component: Knot[]) => component.reduce((sum, knot) => sum + knot.length, 0);
  return inBatches(components, [most], (component) => [sizeOf(component)]).map((chunk) => chunk.flat());
}
