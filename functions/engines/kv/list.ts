/** Lists a directory: the secrets in it, and its sub-directories, which end in a slash. */

import { KV_LIST_BATCH } from '../../limits.ts';
import type { Store } from '../../ports/store.ts';

/** The greatest character there is: with it added, a directory comes after everything in it. */
const LAST = '\u{10FFFF}';
export interface ListRange {
  /** The partition of the storage: a mount's, by its uuid, or a token's. */
  pk: string;
  /** Of the storage keys: the kind of item and the directory. */
  prefix: string;
  /** Only entries after this one, whether or not it exists. */
  after?: string | undefined;
  /** At most this many entries; without, or with 0, all. */
  limit?: number | undefined;
}

/** @returns the entries in byte order, each once; a sub-directory costs the same however much is in it */
export async function listEntries(store: Store, range: ListRange): Promise<string[]> {
  const { pk, prefix } = range;
  const limit = range.limit && range.limit > 0 ? range.limit : Number.POSITIVE_INFINITY;
  const entries: string[] = [];
  let after = range.after || undefined;
  for (;;) {
    const batch = Math.min(limit - entries.length, KV_LIST_BATCH);
    const from = after === undefined ? {} : { after: prefix + endOf(after) };
    const items = await store.query({ table: 'storage', pk, prefix, ...from, limit: batch, attributes: [] });
    for (const { sk } of items) {
      const entry = entryOf(sk.slice(prefix.length));
      if (entry !== entries.at(-1)) entries.push(entry);
    }
    if (items.length < batch || entries.length >= limit) return entries;
    after = entries.at(-1);
  }
}

/** @returns everything in the directory and below it, by its path from there */
export async function scanEntries(store: Store, { pk, prefix, after, limit }: ListRange): Promise<string[]> {
  const bounds = { ...(after ? { after: prefix + after } : {}), ...(limit && limit > 0 ? { limit } : {}) };
  const items = await store.query({ table: 'storage', pk, prefix, ...bounds, attributes: [] });
  return items.map(({ sk }) => sk.slice(prefix.length));
}

/** The first segment of a path in the directory, with its slash if there is more below it. */
function entryOf(path: string): string {
  return path.slice(0, path.indexOf('/') + 1) || path;
}

/** A key that comes after the entry and all that is in it. */
function endOf(entry: string): string {
  return entry.includes('/') ? entryOf(entry) + LAST : entry;
}
