/**
 * From version 1 of kv to version 2 without a pause: a secret of version 1 is read as the first version of itself,
 * and moves over with the first write to it. Vault rewrites all of them and answers 400 meanwhile (contract §9.2).
 */

import type { Item, Write } from '../../../ports/store.ts';
import { type Place, v1Ref, versionRef } from '../place.ts';
import { type Metadata, newMetadata } from './metadata.ts';
import { withVersion } from './versions.ts';

/** A secret that version 1 wrote. */
export interface Legacy {
  /** JSON text. */
  value: string;
  /** Epoch milliseconds. */
  writtenAt: number;
  revision: string;
}

const NO_SETTINGS = { maxVersions: 0, deleteVersionAfter: 0 };

export function legacyOf({ value, writtenAt, revision }: Item): Legacy {
  return { value, writtenAt, revision } as Legacy;
}

export function metadataOfLegacy({ writtenAt }: Legacy): Metadata {
  return withVersion(newMetadata(writtenAt), NO_SETTINGS, writtenAt);
}

/**
 * Moves the value, on condition that version 1 has not written again since it was read: a request that was routed
 * before the upgrade may still be on its way.
 * @param keepsValue whether the first version outlives the change that goes with this
 */
export function migration(place: Place, legacy: Legacy, keepsValue: boolean): Write[] {
  const writes: Write[] = [{ delete: v1Ref(place), if: { revision: legacy.revision } }];
  if (keepsValue) writes.push({ put: { ...versionRef(place, 1), value: legacy.value } });
  return writes;
}
