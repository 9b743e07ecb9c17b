/** Reads runs and their moves where they may be seen: in the namespace of the request that started them, and above. */

import { MAX_BULK_PAGE } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { isMigrationId } from '../remount/migration.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type IdentifiedRow, rowInfo } from './bulkInfo.ts';
import { listRunIds } from './bulkListing.ts';
import { noSuchRun } from './errors.ts';
import { migrationsOf } from './migrationsOf.ts';
import { type ReadRun, readRows, readRun } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/** @throws VaultError 404 for what is no run, or not to be seen from here (R10) */
export async function readBulk(
  { store }: Pick<Deps, 'store'>,
  id: string,
  { id: namespaceId }: Namespace,
): Promise<ReadRun> {
  const read = isMigrationId(id) ? await readRun(store, id) : undefined;
  if (!read?.run.visibleTo.includes(namespaceId)) throw noSuchRun();
  return read;
}

/** The part of a list that is asked for. */
export interface Page {
  after?: string | undefined;
  limit?: number | undefined;
}

function sizeOf({ limit = 0 }: Page): number {
  return limit > 0 ? Math.min(limit, MAX_BULK_PAGE) : MAX_BULK_PAGE;
}

/** A part of a list; `isCut` when it ends before what was asked for does. */
export interface Part<T> {
  entries: T[];
  isCut: boolean;
}

/** Newest first. */
export async function listRuns(deps: Deps, namespace: Namespace, page: Page): Promise<Part<ReadRun>> {
  const { store } = deps;
  const before = page.after ? (await readBulk(deps, page.after, namespace)).run : undefined;
  const ids = await listRunIds(store, namespace.id, sizeOf(page) + 1, before);
  const { entries, isCut } = partOf(ids, page);
  const runs = await severalAtOnce(entries, (id) => readRun(store, id));
  return { entries: runs.filter((run) => run !== undefined), isCut };
}

/** @param found from the first on, one more than fit if there are more */
function partOf<T>(found: T[], page: Page): Part<T> {
  const size = sizeOf(page);
  const isAsked = page.limit !== undefined && page.limit > 0 && page.limit <= size;
  return { entries: found.slice(0, size), isCut: found.length > size && !isAsked };
}

/** In the order of the request. */
export async function rowsInOrder(deps: Pick<Deps, 'store'>, id: string): Promise<KeptRow[]> {
  const rows = (await readRows(deps.store, id)).flatMap((page) => page.rows);
  return rows.sort((a, b) => a.row - b.row);
}

export async function listRows(deps: Deps, read: ReadRun, page: Page): Promise<Part<IdentifiedRow>> {
  const rows = await rowsInOrder(deps, read.run.id);
  const isLast = ({ row }: KeptRow) => migrationIdOf(read.run.id, row) === page.after;
  const last = page.after ? rows.findIndex(isLast) : -1;
  if (page.after && last === -1) throw noSuchRun();
  const { entries, isCut } = partOf(rows.slice(last + 1), page);
  return { entries: await infoOf(deps, read, entries), isCut };
}

/** What has come of these moves. */
export async function infoOf(
  { store }: Pick<Deps, 'store'>,
  read: ReadRun,
  rows: KeptRow[],
): Promise<IdentifiedRow[]> {
  const migrations = await migrationsOf(store, read.run.id, rows);
  return rows.map((row, i) => rowInfo(read, row, migrations[i]));
}
