/** Reads a bulk run with the progress of its chunks, and its rows. */

import type { Store } from '../ports/store.ts';
import { bulkRowsKey, bulkRowsPrefix, LAST_BULK_PROGRESS, migrationKey } from '../store/keys.ts';
import { type BulkRun, type Counts, countsOf, type Progress, progressOf, runOf } from './bulkRun.ts';
import { type RowPage, rowPageOf } from './rowRecord.ts';

export interface ReadRun {
  run: BulkRun;
  progress: Progress[];
  counts: Counts;
}

/** One query, however large the run. */
export async function readRun(store: Store, id: string): Promise<ReadRun | undefined> {
  const { table, pk } = migrationKey(id);
  const [head, ...items] = await store.query({ table, pk, atMost: LAST_BULK_PROGRESS });
  const run = runOf(head);
  if (!run) return undefined;
  const progress = items.map(progressOf).filter((one) => one !== undefined);
  return { run, progress, counts: countsOf(run, progress) };
}

/** @returns the page of a chunk that has its move of this number */
export async function readRowsAt(
  store: Store,
  id: string,
  chunk: number,
  cursor: number,
): Promise<RowPage | undefined> {
  const { table, pk, sk } = bulkRowsKey(id, chunk, cursor);
  const [item] = await store.query({ table, pk, atMost: sk, descending: true, limit: 1 });
  return item && rowPageOf(item);
}

/** All rows of a run, or of one chunk, in the order in which they are carried out. */
export async function readRows(store: Store, id: string, chunk?: number): Promise<RowPage[]> {
  const { table, pk } = migrationKey(id);
  return (await store.query({ table, pk, prefix: bulkRowsPrefix(chunk) })).map(rowPageOf);
}
