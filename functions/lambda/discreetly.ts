/**
 * What a function says of its failure when it is AWS that calls it: Lambda logs it, Step Functions keeps it with the
 * execution, and a queue with what was set aside. An unexpected error may quote what is stored (R9).
 */

import { stackFrames, VaultError } from '../http/errors.ts';
import { SchedulerBusy } from '../ports/scheduler.ts';
import { StoreBusy } from '../ports/store.ts';

type Handler<Parameters extends unknown[], Result> = (...parameters: Parameters) => Promise<Result>;

/** Errors that are worded here. */
const WORDED = [VaultError, StoreBusy, SchedulerBusy];

/** Lets an error that is worded here pass, and of any other its kind and where it came from. */
export function discreetly<Parameters extends unknown[], Result>(
  handler: Handler<Parameters, Result>,
): Handler<Parameters, Result> {
  return async (...parameters) => {
    try {
      return await handler(...parameters);
    } catch (error) {
      throw isWorded(error) ? error : withoutMessage(error);
    }
  };
}

/** What the runtime and the SDK throw says its kind by its name, or has a code; a plain Error is one of ours. */
function isWorded(error: unknown): boolean {
  if (WORDED.some((kind) => error instanceof kind)) return true;
  return (
    error instanceof Error && error.constructor === Error && error.name === 'Error' && !('code' in error)
  );
}

function withoutMessage(error: unknown): Error {
  const quiet = new Error('unexpected error');
  quiet.name = error instanceof Error ? error.name : typeof error;
  quiet.stack = [`${quiet.name}: ${quiet.message}`, ...stackFrames(error)].join('\n');
  return quiet;
}
