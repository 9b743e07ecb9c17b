/** Checks the body of the runs of a schedule long before a run, when the tree may be another one. */

import type { Deps } from '../ports/deps.ts';
import { checkPaths } from './checkRows.ts';
import { NothingToMove, refusedRows } from './errors.ts';
import { readRules } from './expandRules.ts';
import { readRunBody } from './readRunRequest.ts';

/**
 * @throws VaultError 400 for a body that no run can be started from, whatever is in the tree; with all problems of the
 *   moves
 */
export function checkRunBody(body: Record<string, unknown>, cluster: Deps['cluster']): void {
  const { asked } = readRunBody(body, cluster, 'move_policies');
  const list = 'moves' in asked ? asked.moves : readRules(asked.rules);
  if (list.length === 0) throw new NothingToMove();
  if ('rules' in asked) return;
  const checked = asked.moves.map((move, i) => checkPaths({ ...move, row: i + 1 }));
  const problems = checked.flatMap((paths) => ('problem' in paths ? [paths.problem] : []));
  if (problems.length > 0) throw refusedRows(problems);
}
