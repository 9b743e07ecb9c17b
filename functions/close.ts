/** Lambda: the last state of a migration. It sweeps late writes, by requests still in flight during the revocation. */

import type { Context } from 'aws-lambda';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';
import { closeStep } from './remount/steps.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(
  ({ id }: { id: string }, context: Context): Promise<{ id: string; done: boolean }> =>
    closeStep(deps, id, endOfWork(context)),
);
