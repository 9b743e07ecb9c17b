/** Reads the migrations of the rows of a run. */

import type { Store } from '../ports/store.ts';
import { type Migration, migrationOf } from '../remount/migration.ts';
import { migrationKey } from '../store/keys.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/** @returns for each row its migration; none for one that is not decided */
export async function migrationsOf(
  store: Store,
  runId: string,
  rows: readonly KeptRow[],
): Promise<(Migration | undefined)[]> {
  const refs = rows.map(({ row }) => migrationKey(migrationIdOf(runId, row)));
  return (await store.getMany(refs)).map(migrationOf);
}
