/** `remount bulk`: moves many mounts as one run, and waits for the end. */

import type { RunBody } from '../api/planFile.ts';
import { RUN_PATHS } from '../api/runs.ts';
import { startOnce } from '../api/startOnce.ts';
import type { Typed } from '../arguments.ts';
import { type Command, START_OPTIONS } from '../command.ts';
import { usage } from '../errors.ts';
import { followStarted } from '../follow/started.ts';
import { plannedCommand } from '../plannedCommand.ts';
import { POLICIES_OPTION, policiesField } from '../policyOption.ts';
import { counted } from '../render/numbers.ts';
import { RUN_OPTIONS, readSelection, runFields, SELECTION_OPTIONS, selectionName } from '../runOptions.ts';
import { showRunPlan } from '../showPlan.ts';

export const bulk: Command = {
  operands: ['[FILE]'],
  summary:
    'Moves many mounts as one run. FILE is CSV with the columns from and to, JSON, or a plan of --out; - is the standard input.',
  options: {
    'dry-run': { help: 'shows the plan and changes nothing' },
    ...SELECTION_OPTIONS,
    ...START_OPTIONS,
    ...POLICIES_OPTION,
    ...RUN_OPTIONS,
  },
  doing: ([file]) => `moving ${selectionName(file)}`,
  async run(context, typed) {
    const [file] = typed.operands;
    const selection = await readSelection(context, typed, file);
    refuseOtherPolicies(selection, typed);
    const options = { ...runFields(typed), ...policiesField(typed) };
    const body = { ...selection, ...options, ...(typed.isSet('dry-run') && { dry_run: true }) };
    if (body.dry_run) {
      const { data } = await context.service.write(RUN_PATHS.runs, body);
      return showRunPlan(context, data, plannedCommand('bulk', typed.operands, typed, bulk.options));
    }
    const started = await startOnce(context, typed, RUN_PATHS.runs, body);
    return followStarted(context, typed, started, `moving ${counted(started.data.total, 'mount')}`);
  },
};

/** A plan of `--out` was approved with what it does to policies. @throws CommandError */
function refuseOtherPolicies({ idempotency_key: approved, policies = 'keep' }: RunBody, typed: Typed): void {
  const asked = typed.text('policies') ?? policies;
  if (approved !== undefined && asked !== policies)
    throw usage(`the plan was approved with --policies ${policies}; plan it again`);
}
