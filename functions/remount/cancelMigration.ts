/** Cancels a migration: one conditional write, which works until the switch (architecture §5). */

import { tryAgain } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { failedAlready, switchedAlready } from './errors.ts';
import { after, failed, type Migration } from './migration.ts';
import { readMigration } from './readMigration.ts';

/** The phase changes once at most while this looks. */
const MAX_TRIES = 3;

/**
 * Cancelling what is cancelled changes nothing, and answers the same.
 * @returns the migration as it is afterwards
 * @throws VaultError 409 when it has been switched, or has failed for another reason
 */
export async function cancelMigration(deps: Deps, found: Migration, reason: string): Promise<Migration> {
  let migration: Migration | undefined = found;
  for (let attempt = 1; migration && attempt <= MAX_TRIES; attempt++) {
    if (migration.error?.code === 'cancelled') return migration;
    if (migration.status === 'failure') throw failedAlready();
    if (migration.phase !== 'accepted') throw switchedAlready(migration.id);
    const cancelled = failed(migration, 'cancelled', reason, deps.clock.now());
    try {
      await deps.store.commit([cancelled]);
      return after(migration, cancelled);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      migration = await readMigration(deps, migration.id);
    }
  }
  throw tryAgain();
}
