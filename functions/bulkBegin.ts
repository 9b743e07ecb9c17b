/** Lambda: the first state of a bulk run changes the policies that are due, and returns the chunks that are not done. */

import type { Context } from 'aws-lambda';
import { bulkBeginStep, type OpenChunks } from './bulk/steps.ts';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(
  ({ id }: { id: string }, context: Context): Promise<OpenChunks> =>
    bulkBeginStep(deps, id, endOfWork(context)),
);
