/** The words in which a row says what its answers hold: those of the fields it takes, nested (contract §2.1). */

import type { FieldType } from './fields.ts';

/**
 * A duration is whole seconds here, and a list an array of texts. Of an object every key is named: one that ends in
 * `?` may be missing, and `*` stands for all other keys. In brackets, one shape alone is an array of such, and several,
 * `null` among them, are a choice.
 */
export type Shape =
  | FieldType
  | readonly [Shape]
  | readonly [Shape, ...(Shape | null)[]]
  | { readonly [key: string]: Shape };

/** Of a listing without more than the names. */
export const KEYS = { keys: 'list' } as const satisfies Shape;
