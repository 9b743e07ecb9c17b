/** Follows a migration to its end, and shows its progress and result. */

import type { MigrationInfo, MigrationStatus } from '../../functions/remount/answers.ts';
import { PATHS } from '../api/migrations.ts';
import type { Context } from '../command.ts';
import { EXIT, type ExitCode, endedInFailure } from '../errors.ts';
import { failureText, migrationProgress, successLine } from '../render/migration.ts';
import { counted } from '../render/numbers.ts';
import { createPace } from './pace.ts';
import { watch } from './watch.ts';

/**
 * @param isReplay whether an earlier command has started it
 * @throws CommandError with the reason if it fails
 */
export async function followMigration(context: Context, id: string, isReplay = false): Promise<ExitCode> {
  const { service, output, format, hint } = context;
  context.leaveWord(`Migration ${id} continues; to watch it: ${hint(`status ${id} --watch`)}`);
  const pace = createPace();
  const ended = await watch<MigrationStatus>(service, {
    path: PATHS.status(id),
    isEnded: ({ migration_info: { status } }) => status !== 'in-progress',
    show: (data, elapsed) => {
      const info = data?.migration_info;
      const rate = info && pace(info.progress.leases_revoked, elapsed);
      output.progress(info?.phase, (width) => migrationProgress(info, elapsed, width, rate));
    },
  });
  context.leaveWord('');
  output.endProgress();
  if (format === 'json') output.json(ended);
  const { migration_info: info } = ended;
  if (info.status === 'failure') throw endedInFailure(failureText(info));
  if (format === 'table') showSuccess(context, id, info, isReplay);
  return EXIT.done;
}

function showSuccess({ output, hint }: Context, id: string, info: MigrationInfo, isReplay: boolean): void {
  output.line(successLine(info, isReplay ? id : undefined), 'green');
  const { leases_irrevocable: irrevocable } = info.progress;
  if (irrevocable > 0) {
    const left = `Not revoked where issued, but no longer valid here: ${counted(irrevocable, 'lease')}.`;
    output.line(`${left} Details: ${hint(`irrevocable ${id}`)}`, 'yellow');
  }
  const { source_mount: source, alias } = info;
  if (alias?.end_time && !alias.ended_time)
    output.line(`${source} goes on answering until ${alias.end_time}.`);
  for (const warning of info.cluster?.warnings ?? []) output.line(`Warning: ${warning}.`, 'yellow');
  output.note(`To undo it: ${hint(`undo ${id}`)}`, 'dim');
}
