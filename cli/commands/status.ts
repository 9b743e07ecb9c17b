/** `remount status`: shows the status of a migration or a bulk run. */

import { ofEither } from '../api/found.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { followMigration } from '../follow/migration.ts';
import { followRun } from '../follow/run.ts';
import { migrationFacts } from '../render/migration.ts';
import { runFacts } from '../render/run.ts';

export const status: Command = {
  operands: ['ID'],
  summary: 'Shows the status of a migration or a bulk run.',
  options: { watch: { help: 'shows the progress until the end' } },
  doing: ([id]) => `reading the status of ${id}`,
  async run(context, typed) {
    const [id = ''] = typed.operands;
    const { service, output, format } = context;
    const { data } = await ofEither(service.namespace, id, (paths) => service.read(paths.status(id)));
    const { migration_info: migration, bulk_info: run } = data;
    if (typed.isSet('watch')) return run ? followRun(context, id) : followMigration(context, id);
    if (format === 'json') output.json(data);
    else for (const line of run ? runFacts(id, run) : migrationFacts(id, migration)) output.line(line);
    return (run ?? migration).status === 'failure' ? EXIT.failed : EXIT.done;
  },
};
