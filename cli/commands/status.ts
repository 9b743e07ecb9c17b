/** `remount status`: how a migration or a bulk run stands. */

import { ofEither } from '../api/found.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { followMigration } from '../follow/migration.ts';
import { followRun } from '../follow/run.ts';
import { migrationFacts } from '../render/migration.ts';
import { runFacts } from '../render/run.ts';

export const status: Command = {
  operands: ['ID'],
  summary: 'Tells how a migration or a bulk run stands.',
  options: { watch: { help: 'shows its progress until it has ended' } },
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
