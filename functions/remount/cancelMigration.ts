/** Cancels a migration with one conditional write. That works until the switch, or until a cluster moves the mount. */

import { tryAgain } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { retryContended } from '../store/retryContended.ts';
import { conflict, failedAlready } from './errors.ts';
import { after, failed, isUnmoved, type Migration, reverting } from './migration.ts';
import { readMigration } from './readMigration.ts';

/**
 * Cancelling a cancelled migration changes nothing and returns the same.
 * @returns the migration afterwards. It has ended, unless a cluster has policies that it may have changed
 * @throws VaultError 409 when it has been switched, or has failed for another reason
 */
export function cancelMigration(deps: Deps, { id }: Migration, reason: string): Promise<Migration> {
  return retryContended(async () => {
    const migration = await readMigration(deps, id);
    if (!migration) throw tryAgain();
    if (migration.error?.code === 'cancelled') return migration;
    if (migration.status === 'failure') throw failedAlready(migration);
    if (!isUnmoved(migration)) throw conflict(tooLate(migration));
    const failure = { code: 'cancelled', message: reason } as const;
    const isOver = !(migration.cluster && migration.policies);
    const cancelled = isOver ? failed(migration, failure, deps.clock.now()) : reverting(migration, failure);
    await deps.store.commit([cancelled]);
    return after(migration, cancelled);
  });
}

function tooLate({ id, phase }: Migration): string {
  if (phase === 'reverting') return 'the migration has failed, and takes back what it has added to policies';
  if (phase === 'moving' || phase === 'tainted')
    return 'the cluster has been told to move the mount, and cannot be told to stop';
  return `the mount has been switched already; POST sys/remount/undo/${id} takes it back`;
}
