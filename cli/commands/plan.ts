/** `remount plan`: shows what a move or a bulk run would do, and stores it for approval. */

import { existsSync } from 'node:fs';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { ALIAS_OPTION, aliasField, refuseAlias } from '../aliasOption.ts';
import { writeApproval } from '../api/approval.ts';
import { PATHS } from '../api/migrations.ts';
import { RUN_PATHS } from '../api/runs.ts';
import type { Typed } from '../arguments.ts';
import { type Command, type Context, REASON_OPTION } from '../command.ts';
import { type ExitCode, noPlanFile, usage } from '../errors.ts';
import { moveFields } from '../moveOptions.ts';
import { plannedCommand } from '../plannedCommand.ts';
import { POLICIES_OPTION, policiesField } from '../policyOption.ts';
import { quoted } from '../quoted.ts';
import {
  RUN_OPTIONS,
  readSelection,
  refuseRunOptions,
  refuseSelection,
  runFields,
  SELECTION_OPTIONS,
  selectionName,
} from '../runOptions.ts';
import { showMovePlan, showRunPlan } from '../showPlan.ts';
import { bulk } from './bulk.ts';
import { move } from './move.ts';

export const plan: Command = {
  operands: ['[FROM|FILE]', '[TO]'],
  summary:
    'Shows what a move would do: what it revokes, and which policies would no longer match. With a FILE, many moves.',
  options: {
    out: {
      value: 'FILE',
      help: 'also writes the plan to FILE, which bulk carries out as it is or not at all',
    },
    ...SELECTION_OPTIONS,
    ...REASON_OPTION,
    ...POLICIES_OPTION,
    ...ALIAS_OPTION,
    ...RUN_OPTIONS,
  },
  doing: ([from, to]) => `planning to move ${to === undefined ? selectionName(from) : `${from} to ${to}`}`,
  async run(context, typed) {
    const [from, to] = typed.operands;
    if (typed.text('out') === '-')
      throw usage('--out is the name of a file; the plan goes to no other place');
    if (to === undefined) {
      if (from !== undefined && from !== '-' && !existsSync(from)) throw noPlanFile(from);
      return planRun(context, typed, await readSelection(context, typed, from));
    }
    refuseSelection(typed);
    if (typed.text('out') !== undefined) return planRun(context, typed, { moves: [{ from, to }] });
    refuseRunOptions(typed);
    const fields = { from, to, ...moveFields(typed), ...policiesField(typed), ...aliasField(typed) };
    const { data } = await context.service.write(PATHS.plan, fields);
    return showMovePlan(context, data, plannedCommand('move', typed.operands, typed, move.options));
  },
};

/** @throws CommandError with all rows that cannot be moved; then no file is written */
async function planRun(
  context: Context,
  typed: Typed,
  selection: Record<string, unknown>,
): Promise<ExitCode> {
  refuseAlias(typed);
  const { service } = context;
  const reason = typed.text('reason');
  const options = { ...runFields(typed), ...policiesField(typed) };
  const body = { ...selection, ...options, ...(reason !== undefined && { reason }) };
  const { data } = await service.write(RUN_PATHS.runs, { ...body, dry_run: true });
  const run = data as PlanInfo;
  const file = typed.text('out');
  if (file !== undefined && run.problems.length === 0) writeApproval(file, service.namespace, body, run);
  if (file !== undefined) return showRunPlan(context, run, `bulk ${quoted(file)}`);
  return showRunPlan(context, run, plannedCommand('bulk', typed.operands, typed, bulk.options));
}
