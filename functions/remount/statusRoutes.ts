/** The status endpoint, which only reads. */

import { type Route, route } from '../http/route.ts';
import { migrationInfo, readStatus } from './readStatus.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const statusRoutes: readonly Route[] = [
  route({
    path: 'sys/remount/status/:migration_id',
    read: async ({ deps, params, namespace }) => {
      const id = params.migration_id ?? '';
      // Anything else is no migration's id, and may be longer than a key of the store can be.
      const migration = ID.test(id) ? await readStatus(deps, id, namespace) : undefined;
      return migration && { data: { migration_id: id, migration_info: migrationInfo(migration) } };
    },
  }),
];
