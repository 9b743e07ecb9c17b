/** The list of the runs of a namespace, newest first, and the list of the rows of a run; both page by page. */

import { silent } from '../http/errors.ts';
import { LONGEST_BULK_S, MAX_BULK_PAGE } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Put, Store } from '../ports/store.ts';
import { bulkListingPartition } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type IdentifiedRow, rowInfo } from './bulkInfo.ts';
import type { BulkRun } from './bulkRun.ts';
import { findRun, findVisibleRun, migrationsOf, type RunState, readRunRows } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/** Which part of a list is requested: `limit` entries after the entry with the id `after`. */
export interface Page {
  after?: string | undefined;
  limit?: number | undefined;
}

/** A part of a list. `isCut` if it ends before the end of the list, and the request did not set that end. */
export interface Part<T> {
  entries: T[];
  isCut: boolean;
}

/**
 * Newest first.
 * @throws VaultError 404 if `after` is no run that this namespace sees
 */
export async function listRunsOf(
  { store }: Pick<Deps, 'store'>,
  namespace: Namespace,
  page: Page,
): Promise<Part<RunState>> {
  const before = page.after ? (await findVisibleRun(store, page.after, namespace)).run : undefined;
  const ids = await listRunIds(store, namespace.id, sizeOf(page) + 1, before);
  const { entries, isCut } = partOf(ids, page);
  const runs = await severalAtOnce(entries, (id) => findRun(store, id));
  return { entries: runs.filter((run) => run !== undefined), isCut };
}

/**
 * In the order of the request.
 * @throws VaultError 404 if `after` is no row of the run
 */
export async function listRowsOf(
  { store }: Pick<Deps, 'store'>,
  state: RunState,
  page: Page,
): Promise<Part<IdentifiedRow>> {
  const { id } = state.run;
  const rows = await readRunRows(store, id);
  const last = page.after ? rows.findIndex(({ row }) => migrationIdOf(id, row) === page.after) : -1;
  if (page.after && last === -1) throw silent(404);
  const { entries, isCut } = partOf(rows.slice(last + 1), page);
  return { entries: await rowInfos(store, state, entries), isCut };
}

/** Rows of a run with their outcomes. */
export async function rowInfos(store: Store, state: RunState, rows: KeptRow[]): Promise<IdentifiedRow[]> {
  const migrations = await migrationsOf(store, state.run.id, rows);
  return rows.map((row, i) => rowInfo(state, row, migrations[i]));
}

function sizeOf({ limit = 0 }: Page): number {
  return limit > 0 ? Math.min(limit, MAX_BULK_PAGE) : MAX_BULK_PAGE;
}

/** @param found the entries from the first of the part on, one more than fit if there are more */
function partOf<T>(found: T[], page: Page): Part<T> {
  const size = sizeOf(page);
  const isRequestedEnd = page.limit !== undefined && page.limit > 0 && page.limit <= size;
  return { entries: found.slice(0, size), isCut: found.length > size && !isRequestedEnd };
}

/** The entries of a run in the lists of all namespaces that see it. */
export function runListings({ id, createdAt, visibleTo, retentionS }: BulkRun): Put[] {
  const ttl = Math.ceil(createdAt / 1_000) + retentionS + LONGEST_BULK_S;
  const sk = sortKey({ id, createdAt });
  return visibleTo.map((namespaceId) => ({
    put: {
      table: 'migrations',
      pk: bulkListingPartition(namespaceId),
      sk,
      kind: 'bulk-listing',
      runId: id,
      ttl,
    },
  }));
}

/**
 * @param before the run after which the page begins
 * @returns ids, newest first
 */
async function listRunIds(
  store: Store,
  namespaceId: string,
  limit: number,
  before?: Pick<BulkRun, 'id' | 'createdAt'>,
): Promise<string[]> {
  const upTo = before && sortKey(before);
  const entries = await store.query({
    table: 'migrations',
    pk: bulkListingPartition(namespaceId),
    ...(upTo && { atMost: upTo }),
    descending: true,
    limit: limit + 1,
  });
  return entries
    .filter(({ sk }) => sk !== upTo)
    .slice(0, limit)
    .map(({ runId }) => runId as string);
}

/** Sorts by the time of acceptance. */
function sortKey({ id, createdAt }: Pick<BulkRun, 'id' | 'createdAt'>): string {
  return `${new Date(createdAt).toISOString()}#${id}`;
}
