/** From what is asked for to a plan: gathers the rows, looks at the tree, and plans. Writes nothing. */

import { MAX_BULK_MOVES, SETTLE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Namespace } from '../tree/namespace.ts';
import { noMoves, tooManyMoves } from './errors.ts';
import { expandRules } from './expandRules.ts';
import { findRows } from './findRows.ts';
import { nameProblems } from './nameProblems.ts';
import type { Plan, Row } from './plan.ts';
import { planBulk } from './planBulk.ts';
import type { Asked } from './readOrder.ts';

/**
 * @param namespace what paths are relative to
 * @returns the rows in their order
 * @param mayMatchNothing whether a rule without a mount is no mistake
 * @throws NothingToMove when all of them together match none
 * @throws VaultError 400 for rules that cannot be expanded
 */
export async function rowsOf(
  deps: Pick<Deps, 'store' | 'clock'>,
  asked: Asked,
  namespace: Namespace,
  mayMatchNothing = false,
): Promise<Row[]> {
  const moves: Omit<Row, 'row'>[] =
    'moves' in asked ? asked.moves : await expandRules(deps, asked.rules, namespace, mayMatchNothing);
  if (moves.length === 0) throw noMoves();
  if (moves.length > MAX_BULK_MOVES) throw tooManyMoves();
  return moves.map((move, i) => ({ ...move, row: i + 1 }));
}

/**
 * A batch of reads may be served in the middle of somebody's move: problems are believed at the second look.
 * @throws VaultError 400 when an atomic run does not fit one transaction
 */
export async function planRun(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  rows: Row[],
  namespace: Namespace,
  atomic: boolean,
): Promise<Plan> {
  for (let isFirst = true; ; isFirst = false) {
    const found = await findRows(store, rows, namespace);
    const plan = planBulk(found.rows, found.tree, { atomic });
    const problems = [...found.problems, ...plan.problems].sort((a, b) => a.row - b.row);
    if (problems.length === 0) return plan;
    if (!isFirst) return { chunks: [], problems: await nameProblems(store, problems, found.rows) };
    await clock.sleep(SETTLE_MS);
  }
}
