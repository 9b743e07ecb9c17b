/** Lambda: `POST|PUT /v1/sys/remount` accepts a migration. */

import { requestDepsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { apiHandler } from './gateway/handle.ts';
import { remountRoutes } from './remount/remountRoutes.ts';

export const handler = apiHandler(
  { builtin: remountRoutes, engines: {} },
  requestDepsFromEnvironment({ workflows: workflowsFromEnvironment() }),
);
