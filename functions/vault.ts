/** Lambda: every other route of the API, and the other two under a namespace in the path. */

import { depsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { serve } from './gateway/serve.ts';
import { vaultApi } from './vaultApi.ts';

export const handler = serve(
  vaultApi,
  depsFromEnvironment({ workflows: workflowsFromEnvironment(), scheduler: schedulerFromEnvironment() }),
);
