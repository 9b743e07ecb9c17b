/** Decides on a new version, and on the purge of those that are too many with it. */

import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import type { Change, Decision } from './changeMetadata.ts';
import type { Config } from './config.ts';
import { describeVersion } from './describe.ts';
import type { Metadata } from './metadata.ts';
import { firstKept, withoutOldest, withVersion } from './versions.ts';

/**
 * @param value JSON text
 * @param now epoch milliseconds
 */
export function addVersion(metadata: Metadata, config: Config, value: string, now: number): Decision {
  const grown = withVersion(metadata, config, now);
  const surplus = firstKept(grown) - firstKept(metadata);
  if (surplus > MAX_REMOVED_VERSIONS) return { change: purgeOldest(metadata), unfinished: true };
  return {
    change: { metadata: grown, value, removed: oldest(metadata, surplus) },
    answer: { data: describeVersion(grown, grown.current) },
  };
}

/** One step of a purge too large for one transaction; each leaves the secret whole, only with fewer old versions. */
export function purgeOldest(metadata: Metadata): Change {
  return {
    metadata: withoutOldest(metadata, MAX_REMOVED_VERSIONS),
    removed: oldest(metadata, MAX_REMOVED_VERSIONS),
  };
}

/** The numbers of the oldest versions that are kept. */
export function oldest(metadata: Metadata, count: number): number[] {
  return Array.from({ length: count }, (_, i) => firstKept(metadata) + i);
}
