/** `remount undo`: undoes a migration or a bulk run by a new one in the other direction. */

import { ofEither } from '../api/found.ts';
import { startOnce } from '../api/startOnce.ts';
import { type Command, START_OPTIONS } from '../command.ts';
import { followStarted } from '../follow/started.ts';
import { plannedCommand } from '../plannedCommand.ts';
import { policiesField, RESTORE_OPTION } from '../policyOption.ts';
import { showMovePlan, showRunPlan } from '../showPlan.ts';

export const undo: Command = {
  operands: ['ID'],
  summary: 'Moves back what a migration or a bulk run moved, and waits for the end.',
  options: { 'dry-run': { help: 'shows the plan and changes nothing' }, ...START_OPTIONS, ...RESTORE_OPTION },
  doing: ([id]) => `undoing ${id}`,
  async run(context, typed) {
    const { service } = context;
    const [id = ''] = typed.operands;
    const isDry = typed.isSet('dry-run');
    const fields = policiesField(typed);
    const answer = await ofEither(service.namespace, id, (paths) =>
      isDry
        ? service.write(paths.undo(id), { ...fields, dry_run: true })
        : startOnce(context, typed, paths.undo(id), fields),
    );
    if (!isDry) return followStarted(context, typed, answer, `undoing ${id}`);
    const { data } = answer;
    const next = plannedCommand('undo', [id], typed, undo.options);
    return data.moves ? showRunPlan(context, data, next) : showMovePlan(context, data, next);
  },
};
