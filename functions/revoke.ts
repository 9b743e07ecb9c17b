/** Lambda: revokes one shard of what the moved mount had issued, as much as its time allows. */

import type { Context } from 'aws-lambda';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';
import { type Revocation, revokeLeases } from './remount/revokeLeases.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(
  (part: Revocation, context: Context): Promise<Revocation> => revokeLeases(deps, part, endOfWork(context)),
);
