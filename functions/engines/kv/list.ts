/** Lists a directory: the secrets in it, and its sub-directories, whose names end in a slash. */

import { KV_LIST_BATCH } from '../../limits.ts';
import type { Store } from '../../ports/store.ts';

/** The greatest character. A directory with this character added sorts after everything in the directory. */
const LAST = '\u{10FFFF}';

export interface ListRange {
  /** The partition of the storage: the uuid of a mount, or the partition of a token. */
  pk: string;
  /** The start of the storage keys: the kind of item and the directory. */
  prefix: string;
  /** Only entries after this one, whether or not it exists. */
  after?: string | undefined;
  /** At most this many entries; all if absent or 0. */
  limit?: number | undefined;
}

/**
 * Lists the entries of a directory. The cost of a sub-directory does not depend on how much is in it.
 * @returns the entries in byte order, each once
 */
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

/** @returns everything in the directory and below it, as paths relative to the directory */
export async function scanEntries(store: Store, { pk, prefix, after, limit }: ListRange): Promise<string[]> {
  const bounds = { ...(after ? { after: prefix + after } : {}), ...(limit && limit > 0 ? { limit } : {}) };
  const items = await store.query({ table: 'storage', pk, prefix, ...bounds, attributes: [] });
  return items.map(({ sk }) => sk.slice(prefix.length));
}

/** The first segment of a path relative to the directory, with its slash if more follows. */
function entryOf(path: string): string {
  return path.slice(0, path.indexOf('/') + 1) || path;
}

/** A key that sorts after the entry and everything in it. */
function endOf(entry: string): string {
  return entry.includes('/') ? entryOf(entry) + LAST : entry;
}
