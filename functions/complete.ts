/** Lambda: every part is revoked, and the migration succeeds. */

import { depsFromEnvironment } from './deps.ts';
import type { Revocation } from './remount/revokeLeases.ts';
import { completeStep, type Next } from './remount/steps.ts';

const deps = depsFromEnvironment();

export function handler({ id, parts }: { id: string; parts: Revocation[] }): Promise<Next> {
  return completeStep(deps, id, parts);
}
