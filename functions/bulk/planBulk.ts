/**
 * Plans a bulk run, pure: checks all rows and, if every one can be carried out, puts them in order and packs them
 * into transactions (architecture §7). Linear in the number of rows.
 */

import { checkRow, findConflicts } from './checkRows.ts';
import { atomicTooLarge, cycleTooLarge } from './errors.ts';
import { type Knot, knotsOf, needsOf } from './orderMoves.ts';
import { MOST_WRITES, packMoves, type Sizes, writeCount, writesOf } from './packMoves.ts';
import type { FoundRow, Plan, Problem, RowMove, Tree } from './plan.ts';

interface Wish {
  /** Whether all moves shall be one transaction. */
  atomic?: boolean;
  sizes?: Sizes;
}

/**
 * @param rows in the order of their numbers
 * @returns either chunks or problems, in the order of the rows
 * @throws VaultError 400 when an atomic run does not fit one transaction
 */
export function planBulk(rows: FoundRow[], tree: Tree, { atomic, sizes }: Wish = {}): Plan {
  const problems: Problem[] = [];
  const moves: RowMove[] = [];
  for (const row of rows) {
    const checked = checkRow(row);
    if ('good' in checked) moves.push(checked.good);
    else problems.push(checked.problem);
  }
  problems.push(...findConflicts(moves, tree));
  if (problems.length > 0) return { chunks: [], problems: problems.sort((a, b) => a.row - b.row) };
  return atomic ? planAtomic(moves) : planFree(moves, sizes);
}

function planFree(moves: RowMove[], sizes: Sizes | undefined): Plan {
  const needs = needsOf(moves);
  const knots = knotsOf(needs);
  const problems = knots.flatMap((knot) => tooLarge(moves, knot));
  if (problems.length > 0) return { chunks: [], problems };
  return { chunks: packMoves(moves, needs, knots, sizes), problems };
}

/** A cycle has no place to begin at: it is one transaction, or there is no way without temporary names. */
function tooLarge(moves: RowMove[], knot: Knot): Problem[] {
  const own = knot.map((i) => moves[i] as RowMove);
  const writes = writesOf(own);
  if (writes <= MOST_WRITES) return [];
  const [{ row, source, target }] = own as [RowMove];
  const [from, to] = [source, target].map((end) => end.namespace.path + end.path) as [string, string];
  return [{ row, from, to, message: cycleTooLarge(own.length, writes).message }];
}

function planAtomic(moves: RowMove[]): Plan {
  const count = writeCount();
  const fitting = moves.findIndex((move) => count.add(move) > MOST_WRITES);
  const writes = writesOf(moves);
  if (writes > MOST_WRITES) throw atomicTooLarge(moves.length, writes, fitting);
  const all = moves.map((_, i) => i);
  return { chunks: packMoves(moves, needsOf(moves), all.length > 0 ? [all] : []), problems: [] };
}
