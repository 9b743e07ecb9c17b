/** Lists the migrations that a namespace sees, newest first. */

import { LISTING_BATCH, MAX_LISTED_MIGRATIONS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Store } from '../ports/store.ts';
import { listingPartition, migrationKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { cursorPast, listingSort, monthsBack } from './listing.ts';
import { type Migration, migrationOf } from './migration.ts';

export interface Listing {
  migrations: Migration[];
  /** Whether so many were looked at that the listing ends before the oldest. */
  isCut: boolean;
}

export interface ListOrder {
  /** Only migrations that stand behind this one in the list. */
  after?: Migration | undefined;
  /** Only migrations accepted at or after this time, epoch milliseconds. */
  since: number;
  /** At most this many. */
  limit: number;
  wanted: (migration: Migration) => boolean;
}

export async function listMigrations(deps: Deps, namespace: Namespace, order: ListOrder): Promise<Listing> {
  const { after, since, limit, wanted } = order;
  const listing: Listing = { migrations: [], isCut: false };
  const start = after?.acceptedAt ?? deps.clock.now();
  let looked = 0;
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
      looked += ids.length;
      if (looked >= MAX_LISTED_MIGRATIONS) return { ...listing, isCut: true };
    }
  }
  return listing;
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
