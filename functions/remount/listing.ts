/**
 * The list of migrations, newest first. Each namespace that sees a migration (R10) has an entry for it, ordered by month
 * and time of acceptance. An entry holds the id only; the fields come from the record of the migration.
 */

import { LISTING_BATCH, LONGEST_MIGRATION_S, MAX_LISTED_MIGRATIONS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Put, Store } from '../ports/store.ts';
import { listingPartition, migrationKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type Migration, migrationOf } from './migration.ts';

/**
 * The writes that list a migration. They need no condition, because an entry is the same however often it is written.
 * An entry outlives the record that it names.
 */
export function listings({ id, acceptedAt, visibleTo, retentionS }: Migration): Put[] {
  const sk = listingSort(acceptedAt, id);
  const ttl = Math.ceil(acceptedAt / 1_000) + retentionS + LONGEST_MIGRATION_S;
  return visibleTo.map((namespaceId) => {
    const pk = listingPartition(namespaceId, monthOf(acceptedAt));
    return { put: { table: 'migrations', pk, sk, kind: 'listing', migrationId: id, ttl } };
  });
}

export interface Listing {
  migrations: Migration[];
  /** Whether the listing stopped at its limit, before the oldest migration. */
  isCut: boolean;
}

export interface ListOptions {
  /** Only migrations that come after this one in the list. */
  after?: Migration | undefined;
  /** Only migrations accepted at or after this time, epoch milliseconds. */
  since: number;
  /** At most this many. */
  limit: number;
  wanted: (migration: Migration) => boolean;
}

export async function listMigrations(
  deps: Deps,
  namespace: Namespace,
  { after, since, limit, wanted }: ListOptions,
): Promise<Listing> {
  const listing: Listing = { migrations: [], isCut: false };
  const start = after?.acceptedAt ?? deps.clock.now();
  let count = 0;
  for (const month of monthsBack(start, since)) {
    const pk = listingPartition(namespace.id, month);
    for await (const ids of batches(deps.store, pk, after && listingSort(after.acceptedAt, after.id))) {
      const found = (await deps.store.getMany(ids.map(migrationKey))).map(migrationOf);
      for (const migration of found) {
        if (!migration?.visibleTo.includes(namespace.id)) continue;
        if (migration.acceptedAt < since) return listing;
        if (wanted(migration)) listing.migrations.push(migration);
        if (listing.migrations.length === limit) return listing;
      }
      count += ids.length;
      if (count >= MAX_LISTED_MIGRATIONS) return { ...listing, isCut: true };
    }
  }
  return listing;
}

/** The acceptance of the oldest migration that can still be listed, in epoch milliseconds as `now` is. */
export function oldestListed(now: number, retentionS: number): number {
  return now - (retentionS + LONGEST_MIGRATION_S) * 1_000;
}

/** Ids of one month, newest first. */
async function* batches(store: Store, pk: string, from: string | undefined): AsyncGenerator<string[]> {
  for (let cursor = from; ; ) {
    const range = { table: 'migrations', pk, descending: true, limit: LISTING_BATCH } as const;
    const entries = await store.query({ ...range, ...(cursor ? { atMost: cursorPast(cursor) } : {}) });
    if (entries.length > 0) yield entries.map(({ migrationId }) => migrationId as string);
    if (entries.length < LISTING_BATCH) return;
    cursor = entries.at(-1)?.sk;
  }
}

/** The sort key of a migration in the list. */
function listingSort(acceptedAt: number, id: string): string {
  return `${new Date(acceptedAt).toISOString()}#${id}`;
}

/** The greatest character there is. */
const LAST = '\u{10FFFF}';

/** The greatest key before an entry: where reading backwards continues. */
function cursorPast(sort: string): string {
  return sort.slice(0, -1) + String.fromCharCode(sort.charCodeAt(sort.length - 1) - 1) + LAST;
}

/** The months from one time back to another, both in epoch milliseconds. */
function* monthsBack(from: number, to: number): Generator<string> {
  const last = monthOf(Math.min(from, to));
  const day = new Date(`${monthOf(from)}-01T00:00:00Z`);
  for (; monthOf(day.getTime()) >= last; day.setUTCMonth(day.getUTCMonth() - 1)) yield monthOf(day.getTime());
}

/** @param at epoch milliseconds */
function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
