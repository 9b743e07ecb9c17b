/** Lambda: ends a bulk run when all of its migrations have ended. */

import { completeStep, type Looked } from './bulk/runSteps.ts';
import { depsFromEnvironment } from './deps.ts';

const deps = depsFromEnvironment();

export function handler(event: { id: string; looks: number }): Promise<Looked> {
  return completeStep(deps, event);
}
