/** The reason of a migration, as free text of whoever asks for it. */

import { MAX_REASON_BYTES } from '../limits.ts';
import { reasonTooLong } from './errors.ts';

/** @throws VaultError 400 when it is too long */
export function readReason(reason: string | undefined): string | undefined {
  if (reason !== undefined && Buffer.byteLength(reason) > MAX_REASON_BYTES) throw reasonTooLong();
  return reason || undefined;
}
