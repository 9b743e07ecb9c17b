/** Lambda: all other routes of the API, and `sys/remount` and its status where the path names a namespace. */

import { requestDepsFromEnvironment, schedulerFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { apiHandler } from './gateway/handle.ts';
import { vaultApi } from './vaultApi.ts';

export const handler = apiHandler(
  vaultApi,
  requestDepsFromEnvironment({
    workflows: workflowsFromEnvironment(),
    scheduler: schedulerFromEnvironment(),
  }),
);
