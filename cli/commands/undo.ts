/** `remount undo`: takes a migration back, by another one. */

import { type Command, START_OPTIONS } from '../command.ts';
import { notFound } from '../errors.ts';
import { followStart } from '../follow.ts';
import { PATHS } from '../migrations.ts';
import { orIfNotFound } from '../orIfNotFound.ts';
import { startOnce } from '../start.ts';

export const undo: Command = {
  operands: ['ID'],
  summary: 'Moves a mount back to where a migration has taken it from, and waits for the end.',
  options: START_OPTIONS,
  doing: ([id]) => `undoing ${id}`,
  async run(context, typed) {
    const [id = ''] = typed.operands;
    const { data } = await orIfNotFound(startOnce(context, typed, PATHS.undo(id)), () => {
      throw notFound('migration', id, context.service.namespace);
    });
    return followStart(context, typed, data, `Undoing migration ${id}`);
  },
};
