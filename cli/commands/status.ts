/** `remount status`: how a migration or a bulk run stands. */

import type { Command } from '../command.ts';
import { EXIT, notFound } from '../errors.ts';
import { followMigration } from '../follow.ts';
import { PATHS } from '../migrations.ts';
import { orIfNotFound } from '../orIfNotFound.ts';
import { migrationFacts } from '../render/migration.ts';

export const status: Command = {
  operands: ['ID'],
  summary: 'Tells how a migration stands.',
  options: { watch: { help: 'shows its progress until it has ended' } },
  doing: ([id]) => `reading the status of ${id}`,
  async run(context, typed) {
    const [id = ''] = typed.operands;
    const { service, output, format } = context;
    const { data } = await orIfNotFound(service.read(PATHS.status(id)), () => {
      throw notFound('migration', id, service.namespace);
    });
    if (typed.isSet('watch')) return followMigration(context, id);
    if (format === 'json') output.json(data);
    else for (const line of migrationFacts(id, data.migration_info)) output.line(line);
    return data.migration_info.status === 'failure' ? EXIT.failed : EXIT.done;
  },
};
