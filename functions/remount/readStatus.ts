/** The status of a migration, from its record alone. */

import { HOLD_LOOKS, HOLD_MS, HOLD_YOUNGER_THAN_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { isMigrationId, type Migration, migrationOf } from './migration.ts';
import { readMigration } from './readMigration.ts';

/** The prefetch of the status function: the record of the migration that the path names. */
export async function recordAt({ store }: Pick<Deps, 'store'>, path: string): Promise<Item | undefined> {
  const [, id = ''] = /^sys\/remount\/status\/([^/]+)$/.exec(path) ?? [];
  return isMigrationId(id) ? store.get(migrationKey(id)) : undefined;
}

/**
 * Reads a migration where the namespace may see it: where its source or target is, and above (R10). The status of a
 * young one is held until it ends, for at most two seconds, since command-line clients look at once and then sleep
 * for ten (architecture §5).
 * @param prefetched the record, if it was read for this request already
 */
export async function readStatus(
  deps: Deps,
  id: string,
  namespace: Namespace,
  prefetched?: Item,
): Promise<Migration | undefined> {
  for (let look = 0; ; look++) {
    const migration = (look === 0 && migrationOf(prefetched)) || (await readMigration(deps, id));
    if (!migration?.visibleTo.includes(namespace.id)) return undefined;
    const isYoung = deps.clock.now() - migration.acceptedAt < HOLD_YOUNGER_THAN_MS;
    if (migration.status !== 'in-progress' || !isYoung || look === HOLD_LOOKS) return migration;
    await deps.clock.sleep(pauseAfter(look));
  }
}

/** Short at first, when most migrations end; all pauses together are `HOLD_MS`. */
function pauseAfter(look: number): number {
  return (HOLD_MS * 2 * (look + 1)) / (HOLD_LOOKS * (HOLD_LOOKS + 1));
}
