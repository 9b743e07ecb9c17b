/** Changes what an engine keeps under one key, without losing what others write there meanwhile. */

import { tooLarge } from '../http/errors.ts';
import { MAX_RECORD_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Item, type Ref, type Write } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';

/** What becomes of a record, and what must be written with it or not at all. */
export interface Change<T> {
  after: T;
  alongside?: Write[];
}

/**
 * Reads the record, and writes what `change` makes of it on condition that nobody wrote it in between; else it begins
 * anew. The revision is random, so a record that was deleted and made again is not taken for the old one.
 * @param change is asked once a try, and throws to refuse
 * @returns the change that was written
 * @throws VaultError 413 for a record that is too long, 503 when others kept getting in the way
 */
export async function changeRecord<T extends object, C extends Change<T>>(
  { store, ids }: Pick<Deps, 'store' | 'ids'>,
  ref: Ref,
  change: (before: (T & Item) | undefined) => C | Promise<C>,
): Promise<C> {
  return retryContended(async () => {
    const before = (await store.get(ref)) as (T & Item) | undefined;
    const changed = await change(before);
    const { table, ...key } = ref;
    const record = { ...changed.after, ...key, revision: ids.hex(16) };
    refuseOversize(record);
    await store.commit([
      { put: { ...record, table }, if: before ? { revision: before.revision as string } : ABSENT },
      ...(changed.alongside ?? []),
    ]);
    return changed;
  });
}

/** @throws VaultError 413 when the record is longer than users, roles and the like may be */
export function refuseOversize(record: object): void {
  if (Buffer.byteLength(JSON.stringify(record)) > MAX_RECORD_BYTES)
    throw tooLarge(`the entry is longer than ${MAX_RECORD_BYTES} bytes`);
}
