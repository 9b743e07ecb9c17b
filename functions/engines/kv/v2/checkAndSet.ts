/** Check-and-set: a write that holds only if the secret, or its settings, are still what the client last saw. */

import {
  casMismatch,
  casRequired,
  casUnreadable,
  metadataCasMismatch,
  metadataCasRequired,
} from '../errors.ts';
import type { Config } from './config.ts';
import type { Metadata } from './metadata.ts';

/**
 * @param options as sent with the data
 * @throws VaultError 400 when `cas` is missing where it is required, unreadable, or not the current version
 */
export function checkAndSet(
  options: Record<string, unknown> | undefined,
  config: Config,
  metadata: Metadata,
): void {
  if (options && Object.hasOwn(options, 'cas')) {
    if (versionNumber(options.cas) !== metadata.current) throw casMismatch();
  } else if (config.casRequired || metadata.casRequired) throw casRequired();
}

/** The same for the settings; a secret that does not exist has settings of version 0. */
export function checkAndSetMetadata(cas: number | undefined, config: Config, metadata: Metadata): void {
  if (cas !== undefined) {
    if (cas !== metadata.metadataVersion) throw metadataCasMismatch();
  } else if (config.metadataCasRequired || metadata.metadataCasRequired) throw metadataCasRequired();
}

/** Weak as Vault's decoding: a number, a text of one, a truth value; `null` and nothing are 0. */
function versionNumber(cas: unknown): number {
  if (cas === null || cas === '') return 0;
  if (typeof cas === 'boolean') return cas ? 1 : 0;
  const number = typeof cas === 'string' && /^[+-]?\d{1,15}$/.test(cas) ? Number(cas) : cas;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw casUnreadable();
  return number;
}
