/** `remount plan`: shows what a move would do. */

import { PATHS } from '../api/migrations.ts';
import { CLUSTER_OPTIONS, clusterFields } from '../clusterOptions.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { planLines } from '../render/plan.ts';

export const plan: Command = {
  operands: ['FROM', 'TO'],
  summary: 'Shows what a move would do: what it revokes, and which policies would no longer match the mount.',
  options: CLUSTER_OPTIONS,
  doing: ([from, to]) => `planning to move ${from} to ${to}`,
  async run({ service, output, format, hint }, typed) {
    const [from, to] = typed.operands;
    const { data } = await service.write(PATHS.plan, { from, to, ...clusterFields(typed) });
    if (format === 'json') {
      output.json(data);
    } else if (data.migration_id) {
      output.line(`This move was already made, as migration ${data.migration_id}.`);
    } else {
      for (const line of planLines(data)) output.line(line);
      output.note(`Nothing has been changed. To do it: ${hint(`move ${from} ${to}`)}`, 'dim');
    }
    return EXIT.done;
  },
};
