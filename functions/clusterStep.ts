/** Lambda: the step of a migration on a cluster. It alone moves and revokes anything there. */

import type { Context } from 'aws-lambda';
import { type ClusterNext, clusterStep } from './cluster/step.ts';
import { requestDepsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { endOfWork } from './lambda/endOfWork.ts';

const depsFor = requestDepsFromEnvironment();

export const handler = discreetly(
  ({ id, looks }: { id: string; looks?: number }, context: Context): Promise<ClusterNext> => {
    const { cluster, ...deps } = depsFor();
    if (!cluster) throw new Error('the deployment has no cluster');
    return clusterStep({ ...deps, cluster }, { id, looks: looks ?? 0 }, endOfWork(context));
  },
);
