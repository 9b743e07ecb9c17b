/** The endpoint that moves a mount. */

import { type Route, route } from '../http/route.ts';
import { REPLAYED } from './idempotency.ts';
import { startRemount } from './startRemount.ts';

const QUEUED =
  "Mount move has been queued. Progress will be reported in Vault's server log, tagged with the returned migration_id";

export const remountRoutes: readonly Route[] = [
  route({
    path: 'sys/remount',
    sudo: true,
    fields: { from: 'string', to: 'string', reason: 'string', idempotency_key: 'string' },
    write: async (call) => {
      const { from, to, reason } = call.fields;
      const { id, isReplay } = await startRemount(call, from, to, { reason });
      return { data: { migration_id: id }, warnings: [QUEUED], ...(isReplay && { headers: REPLAYED }) };
    },
  }),
];
