/** Lambda: `GET /v1/sys/remount/status/{migration_id}` returns the state of a migration. It can only read. */

import { requestDepsFromEnvironment } from './deps.ts';
import { apiHandler } from './gateway/handle.ts';
import { recordAt } from './remount/readMigration.ts';
import { statusRoutes } from './remount/statusRoutes.ts';

export const handler = apiHandler(
  { builtin: statusRoutes, engines: {}, readOnly: true, prefetch: recordAt },
  requestDepsFromEnvironment(),
);
