/** Checks the body of the runs of a schedule long before a run, when the tree may be another one. */

import { refusal, VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { checkAnywhere } from '../remount/checkAnywhere.ts';
import { ROOT } from '../tree/namespace.ts';
import { mountPath } from '../tree/path.ts';
import { checkRowAnywhere, findRivalries } from './checkRows.ts';
import { NothingToMove, refusedRows } from './errors.ts';
import { type NumberedRule, readRules } from './expandRules.ts';
import { type AskedMove, readRunBody } from './readRunRequest.ts';

/**
 * @throws VaultError 400 for a body that no run can be started from, whatever is in the tree; with all problems of the
 *   moves
 */
export function checkRunBody(body: Record<string, unknown>, cluster: Deps['cluster']): void {
  const { asked } = readRunBody(body, cluster, 'move_policies');
  const { length } = 'moves' in asked ? asked.moves : asked.rules;
  if (length === 0) throw new NothingToMove();
  if ('moves' in asked) checkMoves(asked.moves);
  else checkRules(readRules(asked.rules));
}

function checkMoves(moves: AskedMove[]): void {
  const checked = moves.map((move, i) => checkRowAnywhere({ ...move, row: i + 1 }));
  const problems = checked.flatMap((row) => ('problem' in row ? [row.problem] : []));
  const good = checked.flatMap((row) => ('good' in row ? [row.good] : []));
  // Equal paths lead into the same namespace, whichever that is.
  const ends = good.map(({ row, from, to }) => ({
    row,
    source: { namespace: ROOT, path: mountPath(from) },
    target: { namespace: ROOT, path: mountPath(to) },
  }));
  const rivalries = [...findRivalries(ends)].map(([row, { message }]) => ({ row, message }));
  const all = [...problems, ...rivalries].sort((a, b) => a.row - b.row);
  if (all.length > 0) throw refusedRows(all);
}

function checkRules(rules: NumberedRule[]): void {
  const first = new Map<string, number>();
  for (const rule of rules) {
    try {
      checkAnywhere(rule);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      throw refusal(`rule ${rule.number}: ${error.message}`);
    }
    const earlier = first.get(rule.from);
    if (earlier !== undefined) throw refusal(`rule ${rule.number} moves the same mounts as rule ${earlier}`);
    first.set(rule.from, rule.number);
  }
}
