/** Changes a record that requests write, such as a user or role, so that no concurrent write is lost. */

import { tooLarge } from '../http/errors.ts';
import { MAX_RECORD_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Item, type Ref, type Write } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';

export interface RecordChange<T> {
  /** The record after the change. */
  after: T;
  /** Writes in the same transaction. */
  alongside?: Write[];
}

/**
 * Reads the record, and writes what `change` makes of it, on condition that no other write changed it meanwhile;
 * otherwise retries. The revision is random, so a record that was deleted and created again is noticed, too.
 * @param change called once a try; throws to refuse
 * @returns the change that was written
 * @throws VaultError 413 when the record is too long
 * @throws StoreBusy when other writes kept changing it
 */
export async function changeRecord<T extends object, C extends RecordChange<T>>(
  { store, ids }: Pick<Deps, 'store' | 'ids'>,
  ref: Ref,
  change: (before: (T & Item) | undefined) => C | Promise<C>,
): Promise<C> {
  return retryContended(async () => {
    const before = (await store.get(ref)) as (T & Item) | undefined;
    const changed = await change(before);
    const { table, ...key } = ref;
    const record = { ...changed.after, ...key, revision: ids.hex(16) };
    refuseOversizeRecord(record);
    await store.commit([
      { put: { ...record, table }, if: before ? { revision: before.revision as string } : ABSENT },
      ...(changed.alongside ?? []),
    ]);
    return changed;
  });
}

/** @throws VaultError 413 when the record, as JSON text, has more than `MAX_RECORD_BYTES` */
export function refuseOversizeRecord(record: object): void {
  if (Buffer.byteLength(JSON.stringify(record)) > MAX_RECORD_BYTES)
    throw tooLarge(`the entry is longer than ${MAX_RECORD_BYTES} bytes`);
}
