/** Reads a bulk run with the progress of its chunks, its rows, and the migrations of its rows. */

import { silent } from '../http/errors.ts';
import type { Store } from '../ports/store.ts';
import { isMigrationId, type Migration, migrationOf } from '../remount/migration.ts';
import { bulkRowsKey, bulkRowsPrefix, LAST_BULK_PROGRESS, migrationKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type BulkRun, countsOf, type Progress, progressOf, type RunCounts, runOf } from './bulkRun.ts';
import { type KeptRow, migrationIdOf, type RowPage, rowPageOf } from './rowRecord.ts';

/** A run and how far it has come. */
export interface RunState {
  run: BulkRun;
  progress: Progress[];
  counts: RunCounts;
}

/** One query, however large the run. */
export async function findRun(store: Store, id: string): Promise<RunState | undefined> {
  const { table, pk } = migrationKey(id);
  const [head, ...items] = await store.query({ table, pk, atMost: LAST_BULK_PROGRESS });
  const run = runOf(head);
  if (!run) return undefined;
  const progress = items.map(progressOf).filter((one) => one !== undefined);
  return { run, progress, counts: countsOf(run, progress) };
}

/**
 * A run is visible in the namespace of its request, and above. Callers there may also act on it: everything it moves is
 * at or below that namespace.
 * @throws VaultError 404 for an unknown id, or a run that is not visible from this namespace (R10)
 */
export async function findVisibleRun(
  store: Store,
  id: string,
  { id: namespaceId }: Namespace,
): Promise<RunState> {
  const state = isMigrationId(id) ? await findRun(store, id) : undefined;
  if (!state?.run.visibleTo.includes(namespaceId)) throw silent(404);
  return state;
}

/** @returns the page of a chunk that has the row at this position of the chunk */
export async function readRowPage(
  store: Store,
  id: string,
  chunk: number,
  cursor: number,
): Promise<RowPage | undefined> {
  const { table, pk, sk } = bulkRowsKey(id, chunk, cursor);
  const [item] = await store.query({ table, pk, atMost: sk, descending: true, limit: 1 });
  return item && rowPageOf(item);
}

/** The rows of one chunk, in the order in which they are switched. */
export function readChunkRows(store: Store, id: string, chunk: number): Promise<KeptRow[]> {
  return rowsBelow(store, id, bulkRowsPrefix(chunk));
}

/** All rows of a run, in the order of the request. */
export async function readRunRows(store: Store, id: string): Promise<KeptRow[]> {
  const rows = await rowsBelow(store, id, bulkRowsPrefix());
  return rows.sort((a, b) => a.row - b.row);
}

async function rowsBelow(store: Store, id: string, prefix: string): Promise<KeptRow[]> {
  const { table, pk } = migrationKey(id);
  const items = await store.query({ table, pk, prefix });
  return items.flatMap((item) => rowPageOf(item).rows);
}

/** @returns the migration of each row; undefined for a row that is not decided */
export async function migrationsOf(
  store: Store,
  runId: string,
  rows: readonly Pick<KeptRow, 'row'>[],
): Promise<(Migration | undefined)[]> {
  const refs = rows.map(({ row }) => migrationKey(migrationIdOf(runId, row)));
  return (await store.getMany(refs)).map(migrationOf);
}
