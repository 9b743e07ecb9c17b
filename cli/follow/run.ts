/** Follows a bulk run to its end, and shows its progress and result. */

import type { BulkInfo, BulkStatus, RowInfo } from '../../functions/bulk/answers.ts';
import { RUN_PATHS } from '../api/runs.ts';
import type { Context } from '../command.ts';
import { EXIT, type ExitCode, endedInFailure } from '../errors.ts';
import { runFailureText, runProgress, runSuccessLine } from '../render/run.ts';
import { watch } from './watch.ts';

/** How many failed moves are shown one by one. */
const MAX_SHOWN = 20;

/** @throws CommandError with the moves that failed, if the run fails */
export async function followRun(context: Context, id: string): Promise<ExitCode> {
  const { service, output, format, hint } = context;
  context.leaveWord(`Bulk run ${id} continues; to watch it: ${hint(`status ${id} --watch`)}`);
  const ended = await watch<BulkStatus>(service, {
    path: RUN_PATHS.status(id),
    isEnded: ({ bulk_info: { status } }) => status !== 'in-progress',
    show: (data, elapsed) => {
      const info = data?.bulk_info;
      output.progress(info?.phase, (width) => runProgress(info, elapsed, width));
    },
  });
  const { bulk_info: info } = ended;
  output.endProgress();
  if (format === 'json') output.json(ended);
  const hints = hintsOf(context, id, info);
  context.leaveWord(hints);
  if (info.status === 'failure')
    throw endedInFailure(runFailureText(info, await failedRows(context, id, info)));
  if (format === 'table') {
    output.line(runSuccessLine(info), 'green');
    output.note(hints, 'dim');
  }
  return EXIT.done;
}

function hintsOf({ hint }: Context, id: string, { progress }: BulkInfo): string {
  const hints = [
    progress.failed > 0 && `All failed moves: ${hint(`list --bulk ${id} --status failure`)}`,
    progress.leases_irrevocable > 0 &&
      `Leases that could not be revoked: ${hint('irrevocable ID')} for each migration`,
    progress.succeeded > 0 && `To undo the moves: ${hint(`undo ${id}`)}`,
  ];
  return hints.filter(Boolean).join('\n');
}

/** The first failed moves, read page by page. */
async function failedRows({ service }: Context, id: string, { progress }: BulkInfo): Promise<RowInfo[]> {
  const wanted = Math.min(progress.failed, MAX_SHOWN);
  const failed: RowInfo[] = [];
  for (let after: string | undefined; failed.length < wanted; ) {
    const { data } = await service.list(RUN_PATHS.status(id), { query: { after } });
    const rows: [string, RowInfo][] = data.keys.map((key: string) => [key, data.key_info[key]]);
    failed.push(...rows.map(([, row]) => row).filter(({ status }) => status === 'failure'));
    after = rows.at(-1)?.[0];
  }
  return failed.slice(0, wanted);
}
