/** Reads the record of a migration. */

import type { Deps } from '../ports/deps.ts';
import { migrationKey } from '../store/keys.ts';
import { type Migration, migrationOf } from './migration.ts';

export async function readMigration(
  { store }: Pick<Deps, 'store'>,
  id: string,
): Promise<Migration | undefined> {
  return migrationOf(await store.get(migrationKey(id)));
}
