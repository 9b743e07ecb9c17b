/** Lambda: completes a migration with `success` when all shards are revoked. */

import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import type { Revocation } from './remount/revokeLeases.ts';
import { completeStep } from './remount/steps.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(({ id, parts }: { id: string; parts: Revocation[] }) =>
  completeStep(deps, id, parts),
);
