/** The list of bulk runs, newest first: in each namespace that sees a run, an entry by the time of its acceptance. */

import { LONGEST_BULK_S } from '../limits.ts';
import type { Put, Store } from '../ports/store.ts';
import { bulkListingPartition } from '../store/keys.ts';
import type { BulkRun } from './bulkRun.ts';

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
 * @param before the run behind which the page begins
 * @returns ids, newest first
 */
export async function listRunIds(
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

function sortKey({ id, createdAt }: Pick<BulkRun, 'id' | 'createdAt'>): string {
  return `${new Date(createdAt).toISOString()}#${id}`;
}
