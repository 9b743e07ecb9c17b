/** `remount cancel`: ends a migration before its mount is switched, or a bulk run before its next move. */

import { ofEither } from '../api/found.ts';
import { type Command, REASON_OPTION } from '../command.ts';
import { EXIT } from '../errors.ts';

export const cancel: Command = {
  operands: ['ID'],
  summary: 'Ends a migration whose mount is not switched yet, or a bulk run before its next move.',
  options: REASON_OPTION,
  doing: ([id]) => `cancelling ${id}`,
  async run({ service, output, format, hint }, typed) {
    const [id = ''] = typed.operands;
    const body = { reason: typed.text('reason') };
    const { data } = await ofEither(service.namespace, id, (paths) => service.write(paths.cancel(id), body));
    if (format === 'json') {
      output.json(data);
    } else if (data.bulk_info) {
      output.line(`Cancelled bulk run ${id}: moves in progress will finish, the rest is skipped.`);
      output.note(`To see how it ends: ${hint(`status ${id} --watch`)}`, 'dim');
    } else {
      const { source_mount, phase } = data.migration_info;
      output.line(`Cancelled migration ${id}: ${source_mount} stays where it is.`);
      if (phase === 'reverting') output.note('What it has added to policies is being taken back.', 'dim');
    }
    return EXIT.done;
  },
};
