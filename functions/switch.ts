/** Lambda: the first state of a migration switches the mount. */

import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { switchStep } from './remount/steps.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(({ id }: { id: string }) => switchStep(deps, id));
