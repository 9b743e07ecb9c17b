/** Lambda: the first state of a bulk run returns the chunks that are not done. */

import { bulkBeginStep, type OpenChunks } from './bulk/steps.ts';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(({ id }: { id: string }): Promise<OpenChunks> => bulkBeginStep(deps, id));
