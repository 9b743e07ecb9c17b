/** Reads one version of a secret, with its value if that is still to be had. */

import { retryContended } from '../../../store/retryContended.ts';
import { type Place, versionRef } from '../place.ts';
import { type Found, findMetadata } from './findMetadata.ts';
import type { Metadata } from './metadata.ts';
import { isGone, versionAt } from './versions.ts';

export interface ReadVersion {
  metadata: Metadata;
  number: number;
  /** JSON text; absent when the version was deleted or destroyed. */
  value?: string;
}

/** The value was purged or destroyed after its metadata were read. */
class ValueGone extends Error {}

/**
 * @param wanted the number of the version; 0 or nothing stands for the newest
 * @returns nothing when there is no such version
 * @throws StoreBusy when other writes kept coming between
 */
export function readVersion(place: Place, wanted = 0): Promise<ReadVersion | undefined> {
  return retryContended(async () => {
    const found = await findMetadata(place);
    if (!found) return undefined;
    const { metadata } = found;
    const number = wanted > 0 ? wanted : metadata.current;
    const version = versionAt(metadata, number);
    if (!version) return undefined;
    if (isGone(version, place.deps.clock.now())) return { metadata, number };
    const value = await storedValue(place, found, number);
    if (value === undefined) throw new ValueGone();
    return { metadata, number, value };
  }, ValueGone);
}

/** The value of a version as JSON text; nothing when it went since the metadata was read. */
export async function storedValue(place: Place, found: Found, number: number): Promise<string | undefined> {
  if (found.legacy) return found.legacy.value;
  const item = await place.deps.store.get(versionRef(place, number));
  return item?.value as string | undefined;
}
