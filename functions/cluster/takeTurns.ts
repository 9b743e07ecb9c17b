/**
 * Moves that hinder each other in a cluster are posted one after the other.
 *
 * - Copies of keys: the cluster holds a lock meanwhile, and all its other changes of mounts wait for that.
 * - Moves to targets that may be in each other's way: those with the same first segment. The cluster looks at the target
 *   again after it has tainted the mount. One that comes second at that moment would stay tainted for good.
 */

import { ABSENT, type Condition, ConditionFailed, type Ref } from '../ports/store.ts';
import type { Migration } from '../remount/migration.ts';
import { readMigration } from '../remount/readMigration.ts';
import { copyClaimKey, targetClaimKey } from '../store/keys.ts';
import { copiesKeys } from './transitions.ts';
import type { Work } from './work.ts';

/** @returns whether the move may be posted now */
export async function takeTurns(work: Work): Promise<boolean> {
  const { target } = work.hold.migration;
  const [top = target.path] = /^(auth\/)?[^/]+\//.exec(target.path) ?? [];
  // In this order, so that no two migrations wait for each other.
  if (copiesKeys(work.hold.migration) && !(await take(work, copyClaimKey(), isOpen))) return false;
  return take(work, targetClaimKey(target.namespaceId, top), mayMoveNow);
}

function isOpen({ status }: Migration): boolean {
  return status === 'in-progress';
}

/** What is tainted may stay so for a day: the others do not wait for it. */
function mayMoveNow({ status, phase, cluster }: Migration): boolean {
  const isPosted = phase === 'moving' && cluster?.refused === undefined;
  return status === 'in-progress' && (phase === 'draining' || isPosted);
}

/** @param isItsTurn whether the migration that has the claim still needs it */
async function take(
  { deps, hold }: Work,
  key: Ref,
  isItsTurn: (holder: Migration) => boolean,
): Promise<boolean> {
  const { id, acceptedAt, retentionS } = hold.migration;
  const ttl = Math.ceil(acceptedAt / 1_000) + retentionS;
  const claim = { ...key, kind: 'claim', migrationId: id, ttl };
  let free: Condition = ABSENT;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await deps.store.commit([{ put: claim, if: free }]);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const holder = error.itemAt(key)?.migrationId;
      if (holder === id) return true;
      const other = typeof holder === 'string' ? await readMigration(deps, holder) : undefined;
      if ((other && isItsTurn(other)) || !isFirst) return false;
      free = typeof holder === 'string' ? { migrationId: holder } : ABSENT;
    }
  }
}
