/** `remount irrevocable`: lists the leases that a migration could not revoke, or retries them. */

import type { RetriedLeases } from '../../functions/remount/answers.ts';
import { orIfNotFound } from '../api/found.ts';
import { PATHS } from '../api/migrations.ts';
import type { Command } from '../command.ts';
import { EXIT, notFound } from '../errors.ts';
import { irrevocableLines } from '../render/irrevocable.ts';
import { counted } from '../render/numbers.ts';

export const irrevocable: Command = {
  operands: ['ID'],
  summary: 'Lists the leases that a migration could not revoke, with the reason of each.',
  options: {
    retry: { help: 'retries to revoke them' },
    force: { help: 'with --retry: drops what cannot be revoked' },
  },
  doing: ([id]) => `listing or retrying the irrevocable leases of ${id}`,
  async run(context, typed) {
    const { service, output, format } = context;
    const [id = ''] = typed.operands;
    const path = PATHS.irrevocable(id);
    const force = typed.isSet('force');
    const asked =
      typed.isSet('retry') || force ? service.write(`${path}/retry`, { force }) : service.read(path);
    const { data } = await orIfNotFound(asked, () => {
      throw notFound('migration', id, service.namespace);
    });
    const left: number = data.leases_irrevocable ?? 0;
    if (format === 'json') output.json(data);
    else for (const line of data.keys ? irrevocableLines(data) : retried(data)) output.line(line);
    return left > 0 ? EXIT.failed : EXIT.done;
  },
};

function retried({ leases_revoked, leases_irrevocable }: RetriedLeases): string[] {
  return [`${counted(leases_revoked, 'lease')} revoked, ${leases_irrevocable} left.`];
}
