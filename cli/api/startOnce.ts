/** Starts something that goes on by itself, once whatever happens to the request. */

import { randomUUID } from 'node:crypto';
import type { Typed } from '../arguments.ts';
import type { Context } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Answer } from './service.ts';

/**
 * Sends a request under an idempotency key, so that it may be repeated: by the command itself, and by whoever does not
 * know whether it arrived.
 */
export async function startOnce(
  { service, leaveWord }: Pick<Context, 'service' | 'leaveWord'>,
  typed: Typed,
  path: string,
  body: Record<string, unknown> = {},
): Promise<Answer> {
  const key = typed.text('idempotency-key') ?? body.idempotency_key ?? `remount-${randomUUID()}`;
  const reason = typed.text('reason') ?? body.reason;
  const repeat = `the same command with --idempotency-key ${key} has the effect of one`;
  leaveWord(`Whether the service has accepted it is not known; ${repeat}.`);
  try {
    const answer = await service.write(path, { ...body, reason, idempotency_key: key });
    leaveWord('');
    return answer;
  } catch (error) {
    if (error instanceof CommandError && !error.mayBeDone) leaveWord('');
    throw error;
  }
}
