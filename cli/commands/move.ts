/** `remount move`: moves one mount, and waits for the end. */

import { ALIAS_OPTION, aliasField } from '../aliasOption.ts';
import { PATHS } from '../api/migrations.ts';
import { startOnce } from '../api/startOnce.ts';
import { type Command, START_OPTIONS } from '../command.ts';
import { followStarted } from '../follow/started.ts';
import { MOVE_OPTIONS, moveFields } from '../moveOptions.ts';
import { POLICIES_OPTION, policiesField } from '../policyOption.ts';

export const move: Command = {
  operands: ['FROM', 'TO'],
  summary: 'Moves a mount to another path or namespace, and waits for the end.',
  options: { ...START_OPTIONS, ...POLICIES_OPTION, ...ALIAS_OPTION, ...MOVE_OPTIONS },
  doing: ([from, to]) => `moving ${from} to ${to}`,
  async run(context, typed) {
    const [from, to] = typed.operands;
    const fields = { from, to, ...moveFields(typed), ...policiesField(typed), ...aliasField(typed) };
    const started = await startOnce(context, typed, PATHS.remount, fields);
    return followStarted(context, typed, started, `moving ${from} to ${to}`);
  },
};
