/**
 * Removes secrets from the errors of functions that AWS calls. Lambda logs these errors, Step Functions stores them with
 * the execution, and a queue stores them with the failed event. An unexpected error may quote stored data (R9).
 */

import { stackFrames, VaultError } from '../http/errors.ts';
import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import { SchedulerBusy } from '../ports/scheduler.ts';
import { StoreBusy } from '../ports/store.ts';

type Handler<Parameters extends unknown[], Result> = (...parameters: Parameters) => Promise<Result>;

/** Errors whose messages this project writes. They contain no secret. */
const OWN_ERRORS = [VaultError, StoreBusy, SchedulerBusy, ClusterUnavailable, ClusterForbids];

/** Rethrows errors of this project unchanged. Of any other error, keeps only the name and the stack frames. */
export function discreetly<Parameters extends unknown[], Result>(
  handler: Handler<Parameters, Result>,
): Handler<Parameters, Result> {
  return async (...parameters) => {
    try {
      return await handler(...parameters);
    } catch (error) {
      throw isOwnError(error) ? error : withoutMessage(error);
    }
  };
}

/** Errors of the runtime and the SDK have a name of their own or a code. A plain Error is from this project. */
function isOwnError(error: unknown): boolean {
  if (OWN_ERRORS.some((kind) => error instanceof kind)) return true;
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
