/** Lambda: `GET /v1/sys/remount/status/{migration_id}` tells how a migration stands. It can only read. */

import { depsFromEnvironment } from './deps.ts';
import { serve } from './gateway/serve.ts';
import { recordAt } from './remount/readMigration.ts';
import { statusRoutes } from './remount/statusRoutes.ts';

export const handler = serve(
  { builtin: statusRoutes, engines: {}, readOnly: true, ahead: recordAt },
  depsFromEnvironment(),
);
