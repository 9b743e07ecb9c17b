/**
 * A plan as a file: the body of the request that carries it out. Each move has the condition that the plan has given to it, so
 * the service does what was planned or refuses. The idempotency key lets the file take effect once.
 */

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { fileUnwritable } from '../errors.ts';
import type { RunBody } from './planFile.ts';

/** The fields of the request in whose place the file has the planned moves. */
const REPLACED = ['moves', 'rules', 'csv', 'dry_run'];

/**
 * @param namespace of the request, which the paths of the file are relative to
 * @param asked the body of the request for the plan
 * @throws CommandError if the file cannot be written
 */
export function writeApproval(file: string, namespace: string, asked: RunBody, plan: PlanInfo): void {
  const relative = (path: string) => path.slice(namespace.length);
  const moves = plan.moves.map(({ source_mount, target_mount, unless_changed }) => {
    return { from: relative(source_mount), to: relative(target_mount), unless_changed };
  });
  const options = Object.entries(asked).filter(([name]) => !REPLACED.includes(name));
  const body = { idempotency_key: `remount-${randomUUID()}`, ...Object.fromEntries(options), moves };
  try {
    writeFileSync(file, `${JSON.stringify(body, null, 2)}\n`);
  } catch (error) {
    throw fileUnwritable(file, (error as NodeJS.ErrnoException).code ?? 'for an unknown reason');
  }
}
