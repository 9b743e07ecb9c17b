/** All commands by name, in the order of the help. */

import type { Command } from './command.ts';
import { bulk } from './commands/bulk.ts';
import { cancel } from './commands/cancel.ts';
import { irrevocable } from './commands/irrevocable.ts';
import { list } from './commands/list.ts';
import { move } from './commands/move.ts';
import { plan } from './commands/plan.ts';
import { status } from './commands/status.ts';
import { undo } from './commands/undo.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  plan,
  move,
  bulk,
  status,
  list,
  cancel,
  undo,
  irrevocable,
};
