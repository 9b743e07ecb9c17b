/** From records to the items that hold them, and back: the one place where the type of what is stored is trusted. */

import type { Item, PlacedItem, Ref } from '../ports/store.ts';

export interface Codec<T extends object> {
  /** What an item holds beside its key; nothing where there is no item, or one of another kind. */
  of(item: Item | undefined): T | undefined;
  /**
   * The item that holds the record.
   * @param beside what the store itself looks at, such as the time at which it drops the item
   */
  at(ref: Ref, record: T, beside?: Record<string, unknown>): PlacedItem;
}

/**
 * Nobody else writes to the tables, so what lies where a record belongs is such a record.
 * @param kind what the items say of themselves where others may lie at the same place; not without
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
