/**
 * Plans a run on a cluster, pure. A cluster moves one mount after the other, so each move is a group of its own, and goes
 * after those whose places it needs. Linear in the number of moves.
 */

import { CHUNK_MOVES, CLUSTER_CHUNKS_EACH } from '../limits.ts';
import { crossesNamespaces } from '../remount/planMove.ts';
import { componentsOf, type Knot, knotsOf, needsOf } from './orderMoves.ts';
import { chunksOf } from './packMoves.ts';
import type { Plan, Problem, RowMove } from './plan.ts';

/** @param atOnce how many chunks run at the same time */
export function planOneByOne(moves: RowMove[], atOnce: number): Plan {
  const needs = needsOf(moves);
  const knots = knotsOf(needs);
  const problems = knots.flatMap((knot) => (knot.length > 1 ? [cycle(moves, knot)] : []));
  if (problems.length > 0) return { chunks: [], problems };
  const components = componentsOf(needs, knots, moves.map(copyLock));
  const size = Math.ceil(moves.length / (atOnce * CLUSTER_CHUNKS_EACH));
  const chunks = chunksOf(components, Math.min(size, CHUNK_MOVES)).map((chunk, number) =>
    chunk.flat().map((i, place) => {
      const after = (needs[i] ?? []).map((needed) => (moves[needed] as RowMove).row);
      const move = { ...(moves[i] as RowMove), chunk: number, group: place, knot: place };
      return after.length > 0 ? { ...move, after } : move;
    }),
  );
  return { chunks, problems };
}

/** While a cluster copies keys, it holds a lock. So all copies of a run are in one chunk, one after the other. */
function copyLock(move: RowMove): string[] {
  return crossesNamespaces(move) ? ['copy'] : [];
}

function cycle(moves: RowMove[], knot: Knot): Problem {
  const own = knot.map((i) => moves[i] as RowMove).sort((a, b) => a.row - b.row);
  const [{ row, source, target }] = own as [RowMove];
  const [from, to] = [source, target].map((end) => end.namespace.path + end.path) as [string, string];
  const what = `a cycle of ${own.length} moves, and a cluster makes one move after the other`;
  return {
    row,
    from,
    to,
    message: `${what}: move one of the mounts to a free path first, in a run of its own`,
  };
}
