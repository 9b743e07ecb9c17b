/** Reads the record of a migration: at once, as a prefetch, or held until the migration has switched or ended. */

import { FIRST_HOLD_PAUSE_MS, HOLD_LOOKS, HOLD_MS, HOLD_YOUNGER_THAN_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { isMigrationId, type Migration, migrationOf } from './migration.ts';

export async function readMigration(
  { store }: Pick<Deps, 'store'>,
  id: string,
): Promise<Migration | undefined> {
  return migrationOf(await store.get(migrationKey(id)));
}

/** The record that the path of a status request names; it is read in parallel with the token. */
export async function recordAt({ store }: Pick<Deps, 'store'>, path: string): Promise<Item | undefined> {
  const [, id = ''] = /^sys\/remount\/status\/([^/]+)$/.exec(path) ?? [];
  return isMigrationId(id) ? store.get(migrationKey(id)) : undefined;
}

/**
 * Reads a migration that the namespace may see: its source or target is there or below (R10). The status of a young
 * migration is held until it ends, for at most two seconds: command-line clients poll at once, and then only every ten
 * seconds (architecture §5).
 * @param prefetched the record as it was read since the request began
 */
export async function readStatus(
  deps: Deps,
  id: string,
  namespace: Namespace,
  prefetched?: Item,
): Promise<Migration | undefined> {
  for (let read = 0; ; read++) {
    const migration = (read === 0 && migrationOf(prefetched)) || (await readMigration(deps, id));
    if (!migration?.visibleTo.includes(namespace.id)) return undefined;
    const isYoung = deps.clock.now() - migration.acceptedAt < HOLD_YOUNGER_THAN_MS;
    if (migration.status !== 'in-progress' || !isYoung || read === HOLD_LOOKS) return migration;
    await deps.clock.sleep(pauseAfter(read));
  }
}

/** Short at first, because most migrations end soon; all pauses add up to `HOLD_MS`. */
function pauseAfter(read: number): number {
  return (HOLD_MS * 2 * (read + 1)) / (HOLD_LOOKS * (HOLD_LOOKS + 1));
}

/**
 * Waits until a migration that was accepted has switched or failed, for at most `holdStartMs`. A client that does not ask
 * for the status then finds the mount at its target, as with Vault. Nothing depends on this wait: a read that fails ends
 * it, because the migration is accepted.
 */
export async function holdUntilSwitched(deps: Deps, id: string): Promise<void> {
  const end = deps.clock.now() + deps.settings.holdStartMs;
  let waited = 0;
  for (let pause = FIRST_HOLD_PAUSE_MS; deps.clock.now() + pause <= end; pause = waited / 2) {
    await deps.clock.sleep(pause);
    waited += pause;
    const migration = await readMigration(deps, id).catch(() => undefined);
    if (migration?.status !== 'in-progress' || migration.switchedAt !== undefined) return;
  }
}
