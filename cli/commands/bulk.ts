/** `remount bulk`: moves many mounts as one run, and waits for the end. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { type RunBody, readPlanFile } from '../api/planFile.ts';
import { RUN_PATHS } from '../api/runs.ts';
import { startOnce } from '../api/startOnce.ts';
import type { Typed } from '../arguments.ts';
import { CLUSTER_OPTIONS, clusterFields } from '../clusterOptions.ts';
import { type Command, type Context, START_OPTIONS } from '../command.ts';
import { EXIT, type ExitCode, refusedBeforehand } from '../errors.ts';
import { followStarted } from '../follow/started.ts';
import { counted } from '../render/numbers.ts';
import { problemsText, runPlanLines } from '../render/run.ts';

export const bulk: Command = {
  operands: ['FILE'],
  summary:
    'Moves many mounts as one run. FILE is CSV with the columns from and to, or JSON; - is the standard input.',
  options: {
    'dry-run': { help: 'shows the plan and changes nothing' },
    atomic: { help: 'all or nothing, in one transaction' },
    'max-concurrency': { value: 'NUMBER', help: 'parts of the run that run in parallel' },
    'tolerated-failures': {
      value: 'NUMBER',
      help: 'how many moves may fail, or a percentage of all, before the rest is skipped',
    },
    ...START_OPTIONS,
    ...CLUSTER_OPTIONS,
  },
  doing: ([file]) => `moving the mounts in ${file === '-' ? 'the standard input' : file}`,
  async run(context, typed) {
    const [file = ''] = typed.operands;
    const body = { ...readPlanFile(file), ...chosen(typed) };
    if (body.dry_run) return showPlan(context, file, body);
    const { data, isReplay } = await startOnce(context, typed, RUN_PATHS.runs, body);
    const moves = counted(data.total, 'mount');
    return followStarted(
      context,
      typed,
      data,
      isReplay ? `Already started with this idempotency key: moving ${moves}` : `Moving ${moves}`,
    );
  },
};

/** The options replace the same fields of a JSON file. */
function chosen(typed: Typed): RunBody {
  const fields = {
    dry_run: typed.isSet('dry-run') || undefined,
    atomic: typed.isSet('atomic') || undefined,
    max_concurrency: typed.text('max-concurrency'),
    tolerated_failures: typed.text('tolerated-failures'),
    ...clusterFields(typed),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws CommandError with all rows that cannot be moved */
async function showPlan(context: Context, file: string, body: RunBody): Promise<ExitCode> {
  const { service, output, format, hint } = context;
  const { data } = await service.write(RUN_PATHS.runs, body);
  const plan = data as PlanInfo;
  if (format === 'json') output.json(plan);
  if (plan.problems.length > 0) throw refusedBeforehand(problemsText(plan));
  if (format === 'json') return EXIT.done;
  for (const line of runPlanLines(plan)) output.line(line);
  output.note(`Nothing has been changed. To do it: ${hint(`bulk ${file}`)}`, 'dim');
  return EXIT.done;
}
