/** All commands by name, in the order of the help. */

import type { Command } from './command.ts';
import { aliases, endAlias, renewAlias } from './commands/aliases.ts';
import { bulk } from './commands/bulk.ts';
import { cancel } from './commands/cancel.ts';
import { irrevocable } from './commands/irrevocable.ts';
import { list } from './commands/list.ts';
import { move } from './commands/move.ts';
import { plan } from './commands/plan.ts';
import { deleteSchedule, pauseSchedule, putSchedule, resumeSchedule } from './commands/schedule.ts';
import { historyOfSchedule, listSchedules, nextOfSchedule, showSchedule } from './commands/scheduleViews.ts';
import { status } from './commands/status.ts';
import { undo } from './commands/undo.ts';
import { verify } from './commands/verify.ts';

export const COMMANDS: Readonly<Record<string, Command>> = {
  plan,
  move,
  bulk,
  status,
  list,
  cancel,
  undo,
  verify,
  irrevocable,
  aliases,
  'aliases renew': renewAlias,
  'aliases end': endAlias,
  'schedule put': putSchedule,
  'schedule list': listSchedules,
  'schedule show': showSchedule,
  'schedule delete': deleteSchedule,
  'schedule pause': pauseSchedule,
  'schedule resume': resumeSchedule,
  'schedule next': nextOfSchedule,
  'schedule history': historyOfSchedule,
};
