/** Shows plans: of one move, and of a bulk run. */

import type { PlanInfo } from '../functions/bulk/answers.ts';
import type { Preview, Started } from '../functions/remount/answers.ts';
import type { Context } from './command.ts';
import { EXIT, type ExitCode, refusedBeforehand } from './errors.ts';
import { planLines } from './render/plan.ts';
import { policyDiffLines } from './render/policyDiff.ts';
import { problemsText, runPlanLines } from './render/run.ts';

/** @param next the words of the command that does it */
export function showMovePlan(
  { output, format, hint }: Context,
  data: Preview | Started,
  next: string,
): ExitCode {
  if (format === 'json') {
    output.json(data);
  } else if ('migration_id' in data) {
    output.line(`This move was already made, as migration ${data.migration_id}.`);
  } else {
    for (const line of planLines(data)) output.line(line);
    for (const { text, style } of policyDiffLines(data.policy_changes)) output.line(text, style);
    output.note(`Nothing has been changed. To do it: ${hint(next)}`, 'dim');
  }
  return EXIT.done;
}

/**
 * @param next the words of the command that does it
 * @throws CommandError with all rows that cannot be moved
 */
export function showRunPlan({ output, format, hint }: Context, plan: PlanInfo, next: string): ExitCode {
  if (format === 'json') output.json(plan);
  if (plan.problems.length > 0) throw refusedBeforehand(problemsText(plan));
  if (format === 'json') return EXIT.done;
  for (const line of runPlanLines(plan, output.width)) output.line(line);
  for (const { text, style } of policyDiffLines(plan.policy_changes, 'after the moves'))
    output.line(text, style);
  output.note(`Nothing has been changed. To do it: ${hint(next)}`, 'dim');
  return EXIT.done;
}
