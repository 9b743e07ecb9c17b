/** `remount move`: moves one mount, and waits for its end. */

import { type Command, START_OPTIONS } from '../command.ts';
import { followStart } from '../follow.ts';
import { PATHS } from '../migrations.ts';
import { startOnce } from '../start.ts';

export const move: Command = {
  operands: ['FROM', 'TO'],
  summary: 'Moves a mount to another path or namespace, and waits for its end.',
  options: START_OPTIONS,
  doing: ([from, to]) => `moving ${from} to ${to}`,
  async run(context, typed) {
    const [from, to] = typed.operands;
    const { data, isReplay } = await startOnce(context, typed, PATHS.remount, { from, to });
    const title = `${isReplay ? 'This repeats the move of' : 'Moving'} ${from} to ${to}`;
    return followStart(context, typed, data, title);
  },
};
