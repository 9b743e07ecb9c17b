/**
 * Plans a bulk run, pure: checks all rows and, if there is no problem, puts them in order and packs them into
 * transactions (architecture §7). Linear in the number of rows.
 */

import { refusal } from '../http/errors.ts';
import { type Bounds, beyondBounds } from '../remount/admit.ts';
import { outsideRequired } from '../remount/namespaceTypos.ts';
import type { ClusterOptions } from '../remount/onCluster.ts';
import type { Namespace } from '../tree/namespace.ts';
import { checkRow, findConflicts } from './checkRows.ts';
import { type Knot, knotsOf, needsOf } from './orderMoves.ts';
import { MOST_WRITES, type PackSizes, packMoves, writeCount, writesOf } from './packMoves.ts';
import type { FoundRow, Plan, Problem, RowMove, Tree } from './plan.ts';
import { planOneByOne } from './planOneByOne.ts';

interface PlanOptions {
  /** Whether all moves are one transaction. */
  atomic?: boolean;
  sizes?: PackSizes;
  /** Present when a cluster moves the mounts. */
  onCluster?: OnThatCluster | undefined;
  /** Present when every target has to be in a namespace below this one. */
  below?: Namespace | undefined;
}

/** What the plan for a cluster depends on. */
interface OnThatCluster {
  bounds: Bounds;
  options: ClusterOptions;
  /** How many chunks run at the same time. */
  atOnce: number;
}

/**
 * @param rows in the order of their numbers
 * @returns either chunks or problems; the problems are in the order of the rows
 * @throws VaultError 400 when an atomic run does not fit into one transaction
 */
export function planMoves(
  rows: FoundRow[],
  tree: Tree,
  { atomic, sizes, onCluster, below }: PlanOptions = {},
): Plan {
  const problems: Problem[] = [];
  const moves: RowMove[] = [];
  for (const row of rows) {
    const checked = checkRow(row, (move) => {
      const outside = below && outsideRequired(move, below);
      return outside ?? (onCluster && beyondBounds(move, onCluster.options, onCluster.bounds));
    });
    if ('good' in checked) moves.push(checked.good);
    else problems.push(checked.problem);
  }
  problems.push(...findConflicts(moves, tree));
  if (problems.length > 0) return { chunks: [], problems: problems.sort((a, b) => a.row - b.row) };
  if (onCluster) return planOneByOne(moves, onCluster.atOnce);
  return atomic ? packAtomic(moves) : orderAndPack(moves, sizes);
}

function orderAndPack(moves: RowMove[], sizes: PackSizes | undefined): Plan {
  const needs = needsOf(moves);
  const knots = knotsOf(needs);
  const problems = knots.flatMap((knot) => tooLarge(moves, knot));
  if (problems.length > 0) return { chunks: [], problems };
  return { chunks: packMoves(moves, needs, knots, sizes), problems };
}

/** A cycle has no first move, so it has to fit into one transaction. Temporary names are not an option. */
function tooLarge(moves: RowMove[], knot: Knot): Problem[] {
  const own = knot.map((i) => moves[i] as RowMove);
  const writes = writesOf(own);
  if (writes <= MOST_WRITES) return [];
  const [{ row, source, target }] = own as [RowMove];
  const [from, to] = [source, target].map((end) => end.namespace.path + end.path) as [string, string];
  const what = `a cycle of ${own.length} moves has to be one transaction, and would be one of ${writes} writes`;
  return [{ row, from, to, message: `${what}; at most 99 fit` }];
}

function packAtomic(moves: RowMove[]): Plan {
  const count = writeCount();
  const fitting = moves.findIndex((move) => count.add(move) > MOST_WRITES);
  const writes = writesOf(moves);
  if (writes > MOST_WRITES) {
    const what = `${moves.length} moves are ${writes} writes, and an atomic run may have 99`;
    throw refusal(`${what}: the first ${fitting} of them fit`);
  }
  const all = moves.map((_, i) => i);
  return { chunks: packMoves(moves, needsOf(moves), all.length > 0 ? [all] : []), problems: [] };
}
