/** `remount verify`: looks whether a migration, or each move of a bulk run, still holds. */

import type { Verification } from '../../functions/remount/answers.ts';
import { orIfNotFound } from '../api/found.ts';
import { PATHS } from '../api/migrations.ts';
import { readRows } from '../api/rows.ts';
import type { Service } from '../api/service.ts';
import type { Command } from '../command.ts';
import { EXIT, endedInFailure, nothingMoved } from '../errors.ts';
import { isHeld, verificationLines, verificationText } from '../render/verification.ts';

export const verify: Command = {
  operands: ['ID'],
  summary:
    'Checks a move, or all moves of a bulk run: the target is reachable, nothing is at the source, no rule names it.',
  options: {},
  doing: ([id]) => `verifying ${id}`,
  async run({ service, output, format }, typed) {
    const [id = ''] = typed.operands;
    const found = await orIfNotFound(readOne(service, id), () => readAll(service, id));
    if (format === 'json') output.json(found.length === 1 ? found[0] : found);
    else for (const line of verificationLines(found)) output.line(line);
    if (!found.every(isHeld)) throw endedInFailure(verificationText(found));
    return EXIT.done;
  },
};

async function readOne(service: Service, id: string): Promise<Verification[]> {
  return [(await service.read(PATHS.verify(id))).data];
}

/** Requests at the same time. */
const AT_ONCE = 8;

/** @throws CommandError if no move has succeeded: then there is nothing to check */
async function readAll(service: Service, runId: string): Promise<Verification[]> {
  const rows = await readRows(service, runId, 'success');
  if (rows.length === 0) throw nothingMoved(runId);
  const found: Verification[] = [];
  for (let first = 0; first < rows.length; first += AT_ONCE) {
    const part = rows.slice(first, first + AT_ONCE);
    found.push(...(await Promise.all(part.map(({ id }) => readOne(service, id)))).flat());
  }
  return found;
}
