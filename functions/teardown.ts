/** Lambda: removes what a disabled mount or a deleted namespace has left, as much as its time allows. */

import type { Context } from 'aws-lambda';
import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';
import { type TeardownProgress, tearDown } from './teardown/tearDown.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly(
  ({ id }: { id: string }, context: Context): Promise<TeardownProgress> =>
    tearDown(deps, id, endOfWork(context)),
);
