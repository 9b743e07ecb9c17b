/** After a request was accepted: waits for the end, or prints the id. */

import type { StartedBulk } from '../../functions/bulk/answers.ts';
import type { Started } from '../../functions/remount/answers.ts';
import type { Typed } from '../arguments.ts';
import type { Context } from '../command.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { followMigration } from './migration.ts';
import { followRun } from './run.ts';

/** @param title what was started, in words */
export async function followStarted(
  context: Context,
  typed: Typed,
  data: Started | StartedBulk,
  title: string,
): Promise<ExitCode> {
  const { output, format } = context;
  const isRun = 'bulk_id' in data;
  const id = isRun ? data.bulk_id : data.migration_id;
  if (!typed.isSet('no-wait')) {
    output.note(`${title}, ${isRun ? 'bulk run' : 'migration'} ${id}`);
    return isRun ? followRun(context, id) : followMigration(context, id);
  }
  if (format === 'json') output.json(data);
  else output.line(id);
  return EXIT.done;
}
