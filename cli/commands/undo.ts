/** `remount undo`: undoes a migration or a bulk run by a new one in the other direction. */

import { ofEither } from '../api/found.ts';
import { startOnce } from '../api/startOnce.ts';
import { type Command, START_OPTIONS } from '../command.ts';
import { followStarted } from '../follow/started.ts';

export const undo: Command = {
  operands: ['ID'],
  summary: 'Moves back what a migration or a bulk run moved, and waits for the end.',
  options: START_OPTIONS,
  doing: ([id]) => `undoing ${id}`,
  async run(context, typed) {
    const [id = ''] = typed.operands;
    const { data } = await ofEither(context.service.namespace, id, (paths) =>
      startOnce(context, typed, paths.undo(id)),
    );
    return followStarted(context, typed, data, `Undoing ${id}`);
  },
};
