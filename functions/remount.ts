/** Lambda: `POST|PUT /v1/sys/remount` accepts a migration. */

import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { serve } from './gateway/serve.ts';
import { remountRoutes } from './remount/remountRoutes.ts';

export const handler = serve(
  { builtin: remountRoutes, engines: {} },
  depsFromEnvironment({ workflows: workflowsFromEnvironment() }),
);
