/** Lambda: revokes a part of what the moved mount had issued, as much as fits the time. */

import type { Context } from 'aws-lambda';
import { depsFromEnvironment } from './deps.ts';
import { endOfWork } from './lambda/endOfWork.ts';
import { type Revocation, revokeLeases } from './remount/revokeLeases.ts';

const deps = depsFromEnvironment();

export function handler(part: Revocation, context: Context): Promise<Revocation> {
  return revokeLeases(deps, part, endOfWork(context));
}
