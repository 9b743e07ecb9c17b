/** One copy at a time: while a cluster copies keys, it holds a lock that all its other changes of mounts wait for. */

import { ABSENT, type Condition, ConditionFailed } from '../ports/store.ts';
import { readMigration } from '../remount/readMigration.ts';
import { copyClaimKey } from '../store/keys.ts';
import { copiesKeys } from './transitions.ts';
import type { Work } from './work.ts';

/** @returns whether this migration may copy now; a migration that copies nothing always may */
export async function claimCopy({ deps, hold }: Work): Promise<boolean> {
  const { id } = hold.migration;
  if (!copiesKeys(hold.migration)) return true;
  const claim = { ...copyClaimKey(), kind: 'claim', migrationId: id };
  let free: Condition = ABSENT;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await deps.store.commit([{ put: claim, if: free }]);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const holder = error.itemAt(copyClaimKey())?.migrationId;
      if (holder === id) return true;
      const other = typeof holder === 'string' ? await readMigration(deps, holder) : undefined;
      if (other?.status === 'in-progress' || !isFirst) return false;
      free = typeof holder === 'string' ? { migrationId: holder } : ABSENT;
    }
  }
}
