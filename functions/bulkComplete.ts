/** Lambda: completes a bulk run when all of its migrations have ended. */

import { bulkCompleteStep, type EndCheck } from './bulk/steps.ts';
import { requestDepsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';

const depsFor = requestDepsFromEnvironment();

export const handler = discreetly(
  (event: { id: string; looks: number }): Promise<EndCheck> => bulkCompleteStep(depsFor(), event),
);
