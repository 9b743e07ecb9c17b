/** Lambda: moves the mounts of a chunk of a bulk run, as many as fit the time. */

import type { Context } from 'aws-lambda';
import { bulkChunkStep, type ChunkPart } from './bulk/steps.ts';
import { requestDepsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const depsFor = requestDepsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly(
  (part: ChunkPart, context: Context): Promise<ChunkPart> =>
    bulkChunkStep(depsFor(), part, endOfWork(context)),
);
