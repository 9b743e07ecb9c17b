/** Lambda: the step of a migration on a cluster. It alone may change anything there. */

import type { Context } from 'aws-lambda';
import { type ClusterNext, clusterStep } from './cluster/step.ts';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(
  (input: { id: string; looks?: number }, context: Context): Promise<ClusterNext> => {
    const { cluster } = deps;
    if (!cluster) throw new Error('the deployment has no cluster');
    return clusterStep({ ...deps, cluster }, input, endOfWork(context));
  },
);
