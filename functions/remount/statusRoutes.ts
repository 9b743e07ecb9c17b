/** The status endpoint. It only reads. */

import { unlessSeen } from '../http/conditional.ts';
import { type Route, route } from '../http/route.ts';
import { STATUS } from './answers.ts';
import { isMigrationId } from './migration.ts';
import { etagOf, migrationInfo } from './migrationInfo.ts';
import { readStatus } from './readMigration.ts';
import { readerOf } from './requesterInfo.ts';

export const statusRoutes: readonly Route[] = [
  route({
    path: 'sys/remount/status/:migration_id+',
    answers: { read: STATUS },
    read: async (call) => {
      const { deps, params, namespace, prefetched } = call;
      const id = params.migration_id ?? '';
      const migration = isMigrationId(id) ? await readStatus(deps, id, namespace, prefetched) : undefined;
      if (!migration) return undefined;
      const info = migrationInfo(migration, readerOf(call));
      return unlessSeen(call, etagOf(info), { data: { migration_id: id, migration_info: info } });
    },
  }),
];
