/** `remount bulk`: moves many mounts as one run, and waits for its end. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { type RunBody, readPlanFile } from '../api/planFile.ts';
import { RUN_PATHS } from '../api/runs.ts';
import { startOnce } from '../api/startOnce.ts';
import type { Typed } from '../arguments.ts';
import { type Command, type Context, START_OPTIONS } from '../command.ts';
import { EXIT, type ExitCode, refusedBeforehand } from '../errors.ts';
import { followStarted } from '../follow/started.ts';
import { counted } from '../render/numbers.ts';
import { problemsText, runPlanLines } from '../render/run.ts';

export const bulk: Command = {
  operands: ['FILE'],
  summary: 'Moves many mounts as one run: CSV with the header from,to, or JSON; - reads the standard input.',
  options: {
    'dry-run': { help: 'tells the plan, and changes nothing' },
    atomic: { help: 'all or nothing, in one transaction' },
    'max-concurrency': { value: 'NUMBER', help: 'parts of the run that are worked on at once' },
    'tolerated-failures': {
      value: 'NUMBER',
      help: 'failed moves, or a percentage of all, after which the rest is skipped',
    },
    ...START_OPTIONS,
  },
  doing: ([file]) => `moving what ${file === '-' ? 'the standard input' : file} says`,
  async run(context, typed) {
    const [file = ''] = typed.operands;
    const body = { ...readPlanFile(file), ...chosen(typed) };
    if (body.dry_run) return tellPlan(context, file, body);
    const { data, isReplay } = await startOnce(context, typed, RUN_PATHS.runs, body);
    const moves = counted(data.total, 'mount');
    return followStarted(
      context,
      typed,
      data,
      isReplay ? `This repeats the move of ${moves}` : `Moving ${moves}`,
    );
  },
};

/** What is typed takes the place of what a file of JSON says. */
function chosen(typed: Typed): RunBody {
  const fields = {
    dry_run: typed.isSet('dry-run') || undefined,
    atomic: typed.isSet('atomic') || undefined,
    max_concurrency: typed.text('max-concurrency'),
    tolerated_failures: typed.text('tolerated-failures'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws CommandError with all rows that cannot be carried out */
async function tellPlan(context: Context, file: string, body: RunBody): Promise<ExitCode> {
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
