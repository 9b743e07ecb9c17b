/**
 * The list of migrations, newest first: in each namespace that sees a migration (R10), an entry by the month and the
 * time of its acceptance. The entries name migrations, no more; what is shown of one is read from its record.
 */

import { LONGEST_MIGRATION_S } from '../limits.ts';
import type { Put } from '../ports/store.ts';
import { listingPartition } from '../store/keys.ts';
import type { Migration } from './migration.ts';

/** The greatest character there is. */
const LAST = '\u{10FFFF}';

/** They need no condition: an entry is the same however often it is written. It outlives the record it names. */
export function listings({ id, acceptedAt, visibleTo, retentionS }: Migration): Put[] {
  const sk = listingSort(acceptedAt, id);
  const ttl = Math.ceil(acceptedAt / 1_000) + retentionS + LONGEST_MIGRATION_S;
  return visibleTo.map((namespaceId) => {
    const pk = listingPartition(namespaceId, monthOf(acceptedAt));
    return { put: { table: 'migrations', pk, sk, kind: 'listing', migrationId: id, ttl } };
  });
}

/** The acceptance of the oldest migration that can still be listed, in epoch milliseconds as `now` is. */
export function oldestListed(now: number, retentionS: number): number {
  return now - (retentionS + LONGEST_MIGRATION_S) * 1_000;
}

/** Where a migration stands in the list. */
export function listingSort(acceptedAt: number, id: string): string {
  return `${new Date(acceptedAt).toISOString()}#${id}`;
}

/** @param at epoch milliseconds */
function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** The greatest key that comes before a place in the list: what a reading backwards goes on from. */
export function cursorPast(sort: string): string {
  return sort.slice(0, -1) + String.fromCharCode(sort.charCodeAt(sort.length - 1) - 1) + LAST;
}

/** The months from one time back to another, both in epoch milliseconds. */
export function* monthsBack(from: number, to: number): Generator<string> {
  const last = monthOf(Math.min(from, to));
  const day = new Date(`${monthOf(from)}-01T00:00:00Z`);
  for (; monthOf(day.getTime()) >= last; day.setUTCMonth(day.getUTCMonth() - 1)) yield monthOf(day.getTime());
}
