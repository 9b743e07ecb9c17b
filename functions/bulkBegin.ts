/** Lambda: the first state of a bulk run tells which chunks are to be worked on. */

import { type Begun, beginStep } from './bulk/runSteps.ts';
import { depsFromEnvironment } from './deps.ts';

const deps = depsFromEnvironment();

export function handler({ id }: { id: string }): Promise<Begun> {
  return beginStep(deps, id);
}
