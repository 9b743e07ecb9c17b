/** Lambda: the first state of a bulk run. It returns the chunks to work on. */

import { type Begun, beginStep } from './bulk/runSteps.ts';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(({ id }: { id: string }): Promise<Begun> => beginStep(deps, id));
