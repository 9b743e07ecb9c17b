/** Lambda: switches a chunk of a bulk run, as many groups as fit the time. */

import type { Context } from 'aws-lambda';
import { bulkChunkStep, type ChunkPart } from './bulk/steps.ts';
import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly(
  (part: ChunkPart, context: Context): Promise<ChunkPart> => bulkChunkStep(deps, part, endOfWork(context)),
);
