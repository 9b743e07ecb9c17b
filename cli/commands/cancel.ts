/** `remount cancel`: ends a migration before its mount is switched. */

import { type Command, REASON_OPTION } from '../command.ts';
import { EXIT, notFound } from '../errors.ts';
import { PATHS } from '../migrations.ts';
import { orIfNotFound } from '../orIfNotFound.ts';

export const cancel: Command = {
  operands: ['ID'],
  summary: 'Ends a migration whose mount has not been switched yet.',
  options: REASON_OPTION,
  doing: ([id]) => `cancelling ${id}`,
  async run({ service, output, format }, typed) {
    const [id = ''] = typed.operands;
    const asked = service.write(PATHS.cancel(id), { reason: typed.text('reason') });
    const { data } = await orIfNotFound(asked, () => {
      throw notFound('migration', id, service.namespace);
    });
    if (format === 'json') output.json(data);
    else output.line(`Cancelled migration ${id}: ${data.migration_info.source_mount} stays where it is.`);
    return EXIT.done;
  },
};
