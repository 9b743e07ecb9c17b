/** Lambda: the first state of a migration switches the mount. */

import { depsFromEnvironment } from './deps.ts';
import { type Next, switchStep } from './remount/steps.ts';

const deps = depsFromEnvironment();

export function handler({ id }: { id: string }): Promise<Next> {
  return switchStep(deps, id);
}
