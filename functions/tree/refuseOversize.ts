/** Keeps the entries of the tree small: a request reads one a namespace, and a move writes them. */

import { tooLarge } from '../http/errors.ts';
import { MAX_TREE_ENTRY_BYTES } from '../limits.ts';

/** @throws VaultError 413 */
export function refuseOversize(settings: object): void {
  if (Buffer.byteLength(JSON.stringify(settings)) <= MAX_TREE_ENTRY_BYTES) return;
  throw tooLarge(`the settings are longer than ${MAX_TREE_ENTRY_BYTES} bytes`);
}
