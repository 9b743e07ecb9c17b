/** Starts a migration or a bulk run exactly once, even if the request is retried. */

import { randomUUID } from 'node:crypto';
import type { Typed } from '../arguments.ts';
import type { Context } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Answer } from './service.ts';

/**
 * Sends a request with an idempotency key, so that the command can retry it. If it is unknown whether the request
 * arrived, the user can repeat the command with the same key.
 */
export async function startOnce(
  { service, leaveWord }: Pick<Context, 'service' | 'leaveWord'>,
  typed: Typed,
  path: string,
  body: Record<string, unknown> = {},
): Promise<Answer> {
  const key = typed.text('idempotency-key') ?? body.idempotency_key ?? `remount-${randomUUID()}`;
  const reason = typed.text('reason') ?? body.reason;
  const repeat = `To repeat it safely, run the same command with --idempotency-key ${key}`;
  leaveWord(`It is unknown whether the service accepted the request. ${repeat}.`);
  try {
    const answer = await service.write(path, { ...body, reason, idempotency_key: key });
    leaveWord('');
    return answer;
  } catch (error) {
    if (error instanceof CommandError && !error.mayBeDone) leaveWord('');
    throw error;
  }
}
