/** After a request was accepted: waits for the end, or prints the id. */

import type { Answer } from '../api/service.ts';
import type { Typed } from '../arguments.ts';
import type { Context } from '../command.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { followMigration } from './migration.ts';
import { followRun } from './run.ts';

/**
 * @param answer of the service to a move, a bulk run or an undo
 * @param doing what was started, such as `moving secret/ to x/`
 */
export async function followStarted(
  context: Context,
  typed: Typed,
  { data, isReplay }: Answer,
  doing: string,
): Promise<ExitCode> {
  const { output, format } = context;
  const isRun = 'bulk_id' in data;
  const id: string = isRun ? data.bulk_id : data.migration_id;
  if (!typed.isSet('no-wait')) {
    const title = isReplay
      ? `Already started with this idempotency key: ${doing}`
      : doing.charAt(0).toUpperCase() + doing.slice(1);
    output.note(`${title}, ${isRun ? 'bulk run' : 'migration'} ${id}`);
    return isRun ? followRun(context, id, isReplay) : followMigration(context, id, isReplay);
  }
  if (format === 'json') output.json(data);
  else output.line(id);
  return EXIT.done;
}
