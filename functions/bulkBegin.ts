/** Lambda: the first state of a bulk run changes the policies that are due, and returns the chunks that are not done. */

import type { Context } from 'aws-lambda';
import { bulkBeginStep, type EndCheck, type OpenChunks } from './bulk/steps.ts';
import { requestDepsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const depsFor = requestDepsFromEnvironment();

export const handler = discreetly(
  (event: Pick<EndCheck, 'id' | 'policies'>, context: Context): Promise<OpenChunks> =>
    bulkBeginStep(depsFor(), event, endOfWork(context)),
);
