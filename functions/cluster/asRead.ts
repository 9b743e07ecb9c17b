/** An item as a store returns it: its table is not an attribute. */

import type { Item, PlacedItem } from '../ports/store.ts';

export function asRead({ table: _, ...item }: PlacedItem): Item {
  return item;
}
