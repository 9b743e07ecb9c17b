/** What goes on at the service, from its acceptance to its end, as the commands that start or watch it show it. */

import type { Typed } from './arguments.ts';
import type { Context } from './command.ts';
import { EXIT, type ExitCode, migrationFailed } from './errors.ts';
import { type MigrationInfo, PATHS } from './migrations.ts';
import { failureText, migrationProgress, successLine } from './render/migration.ts';
import { counted } from './render/numbers.ts';
import { watch } from './watch.ts';

interface Status {
  migration_id: string;
  migration_info: MigrationInfo;
}

/**
 * What follows the acceptance of a migration.
 * @param data the answer to the request
 * @param title what is begun, in words
 */
export async function followStart(
  context: Context,
  typed: Typed,
  data: { migration_id: string },
  title: string,
): Promise<ExitCode> {
  const { output, format } = context;
  const { migration_id: id } = data;
  if (!typed.isSet('no-wait')) {
    output.note(`${title}, migration ${id}`);
    return followMigration(context, id);
  }
  if (format === 'json') output.json(data);
  else output.line(id);
  return EXIT.done;
}

/** @throws CommandError with the reason when it fails */
export async function followMigration(context: Context, id: string): Promise<ExitCode> {
  const { service, output, format, hint } = context;
  context.leaveWord(`Migration ${id} goes on by itself; to look again: ${hint(`status ${id} --watch`)}`);
  const ended = await watch<Status>(service, {
    path: PATHS.status(id),
    isEnded: ({ migration_info: { status } }) => status !== 'in-progress',
    show: (data, elapsed) => {
      const info = data?.migration_info;
      output.progress(info?.phase, (width) => migrationProgress(info, elapsed, width));
    },
  });
  context.leaveWord('');
  output.endProgress();
  if (format === 'json') output.json(ended);
  const { migration_info: info } = ended;
  if (info.status === 'failure') throw migrationFailed(failureText(info));
  if (format === 'table') tellSuccess(context, id, info);
  return EXIT.done;
}

function tellSuccess({ output, hint }: Context, id: string, info: MigrationInfo): void {
  output.line(successLine(info), 'green');
  const { leases_irrevocable: irrevocable } = info.progress;
  if (irrevocable > 0) {
    const left = `${counted(irrevocable, 'lease')} could not be revoked, and open nothing all the same`;
    output.line(`${left}: ${hint(`irrevocable ${id}`)}`, 'yellow');
  }
  output.note(`To take it back: ${hint(`undo ${id}`)}`, 'dim');
}
