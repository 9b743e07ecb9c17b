/** Lambda: does the moves of one chunk of a bulk run, as many as its time allows. */

import type { Context } from 'aws-lambda';
import { type ChunkPart, chunkStep } from './bulk/chunkStep.ts';
import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly(
  (part: ChunkPart, context: Context): Promise<ChunkPart> => chunkStep(deps, part, endOfWork(context)),
);
