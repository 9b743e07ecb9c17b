/** The endpoint that moves a mount. */

import { type Route, route } from '../http/route.ts';
import { startRemount } from './startRemount.ts';

const QUEUED =
  "Mount move has been queued. Progress will be reported in Vault's server log, tagged with the returned migration_id";

export const remountRoutes: readonly Route[] = [
  route({
    path: 'sys/remount',
    sudo: true,
    fields: { from: 'string', to: 'string' },
    write: async (call) => {
      const migrationId = await startRemount(call, call.fields.from, call.fields.to);
      return { data: { migration_id: migrationId }, warnings: [QUEUED] };
    },
  }),
];
