/** Converts records to items and back. It is the only place that trusts the types of what is stored. */

import type { Item, PlacedItem, Ref } from '../ports/store.ts';

export interface Codec<T extends object> {
  /** @returns the attributes of an item without its key and kind; nothing if it is absent or of another kind */
  of(item: Item | undefined): T | undefined;
  /**
   * @param beside attributes that the store itself uses, such as the time at which it deletes the item
   * @returns the item that holds the record
   */
  at(ref: Ref, record: T, beside?: Record<string, unknown>): PlacedItem;
}

/**
 * Only this service writes to the tables, so an item under the key of a record is such a record.
 * @param kind the attribute `kind` of the items, where the same keys may hold items of other kinds
 */
export function record<T extends object>(kind?: string): Codec<T> {
  return {
    of(item) {
      if (!item || (kind !== undefined && item.kind !== kind)) return undefined;
      const { pk: _pk, sk: _sk, ...attributes } = item;
      if (kind !== undefined) delete attributes.kind;
      return attributes as object as T;
    },
    at(ref, held, beside) {
      const item = { ...held, ...ref, ...(kind !== undefined && { kind }), ...beside };
      return item as PlacedItem;
    },
  };
}
