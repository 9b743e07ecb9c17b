/** Follows a bulk run to its end, and shows its progress and result. */

import type { BulkInfo, BulkStatus } from '../../functions/bulk/answers.ts';
import { readRows } from '../api/rows.ts';
import { RUN_PATHS } from '../api/runs.ts';
import type { Context } from '../command.ts';
import { EXIT, type ExitCode, endedInFailure } from '../errors.ts';
import { runFailureText, runProgress, runSuccessLine } from '../render/run.ts';
import { createPace } from './pace.ts';
import { watch } from './watch.ts';

/** How many failed moves are shown one by one. */
const MAX_SHOWN = 20;

/**
 * @param isReplay whether an earlier command has started it
 * @throws CommandError with the moves that failed, if the run fails
 */
export async function followRun(context: Context, id: string, isReplay = false): Promise<ExitCode> {
  const { service, output, format, hint } = context;
  context.leaveWord(`Bulk run ${id} continues; to watch it: ${hint(`status ${id} --watch`)}`);
  const pace = createPace();
  const ended = await watch<BulkStatus>(service, {
    path: RUN_PATHS.status(id),
    isEnded: ({ bulk_info: { status } }) => status !== 'in-progress',
    show: (data, elapsed) => {
      const info = data?.bulk_info;
      const rate = info && pace(info.progress.total - info.progress.pending, elapsed);
      output.progress(info?.phase, (width) => runProgress(info, elapsed, width, rate));
    },
  });
  const { bulk_info: info } = ended;
  output.endProgress();
  if (format === 'json') output.json(ended);
  const hints = hintsOf(context, id, info);
  context.leaveWord(hints);
  if (info.status === 'failure')
    throw endedInFailure(runFailureText(info, await readRows(service, id, 'failure', MAX_SHOWN)));
  if (format === 'table') {
    output.line(runSuccessLine(info, isReplay ? id : undefined), 'green');
    output.note(hints, 'dim');
  }
  return EXIT.done;
}

function hintsOf({ hint }: Context, id: string, { progress }: BulkInfo): string {
  const hints = [
    progress.failed > 0 && `All failed moves: ${hint(`list --bulk ${id} --status failure`)}`,
    progress.failed > 0 && `To plan them again: ${hint(`plan --failed-of ${id}`)}`,
    progress.leases_irrevocable > 0 &&
      `Leases that could not be revoked: ${hint('irrevocable ID')} for each migration`,
    progress.succeeded > 0 && `To undo the moves: ${hint(`undo ${id}`)}`,
  ];
  return hints.filter(Boolean).join('\n');
}
