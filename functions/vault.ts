/** Lambda: every other route of the API, and the other two under a namespace in the path. */

import { depsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { engines } from './engines/catalog.ts';
import { serve } from './http/serve.ts';
import { builtinRoutes } from './routes.ts';

export const handler = serve(
  { builtin: builtinRoutes, engines },
  depsFromEnvironment({ workflows: workflowsFromEnvironment(), scheduler: schedulerFromEnvironment() }),
);
