/** Lambda: the last state of a migration sweeps what requests in flight wrote behind the revocation. */

import type { Context } from 'aws-lambda';
import { depsFromEnvironment } from './deps.ts';
import { endOfWork } from './lambda/endOfWork.ts';
import { closeStep } from './remount/steps.ts';

const deps = depsFromEnvironment();

export function handler({ id }: { id: string }, context: Context): Promise<{ id: string; done: boolean }> {
  return closeStep(deps, id, endOfWork(context));
}
