/** The pure rules of versions: how they are added, kept, removed, deleted, undeleted and destroyed. */

import { DEFAULT_SECRET_VERSIONS, MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import type { SecretMetadata, Version } from './metadata.ts';

/** The settings of a mount that apply to versions. */
export interface VersionSettings {
  /** 0 leaves it to the default. */
  maxVersions: number;
  /** Seconds; a negative number also switches off the secrets' own settings. */
  deleteVersionAfter: number;
}

/** The number of the oldest version that is kept; if none is kept, the number of the next version. */
export function firstKept({ current, versions }: SecretMetadata): number {
  return current - versions.length + 1;
}

/** The numbers of the oldest versions that are kept. */
export function oldestKept(metadata: SecretMetadata, count: number): number[] {
  return Array.from({ length: count }, (_, i) => firstKept(metadata) + i);
}

export function versionAt(metadata: SecretMetadata, number: number): Version | undefined {
  return number > 0 ? metadata.versions[number - firstKept(metadata)] : undefined;
}

/** Whether the value of a version can be read: it is not deleted, not past its planned deletion, and not destroyed. */
export function isReadable({ state, deletionAt }: Version, now: number): boolean {
  return state === 'live' && (deletionAt === undefined || deletionAt > now);
}

/**
 * Adds a version as the newest, and drops the versions beyond `max_versions`: the secret's own setting or the
 * mount's, whichever is greater, else ten (contract §9.2).
 * @param now epoch milliseconds
 */
export function withVersion(
  metadata: SecretMetadata,
  settings: VersionSettings,
  now: number,
): SecretMetadata {
  const current = metadata.current + 1;
  const max = Math.max(metadata.maxVersions, settings.maxVersions) || DEFAULT_SECRET_VERSIONS;
  const oldest = current - metadata.oldest >= max ? current - max + 1 : metadata.oldest;
  const versions = [...metadata.versions, newVersion(metadata, settings, now)];
  const kept = current - Math.max(oldest, 1) + 1;
  return { ...metadata, current, oldest, versions: versions.slice(-kept), updatedAt: now };
}

/**
 * Removes the oldest versions, as many as one transaction can. It is one step of a purge that is too large for one
 * transaction: after each step the secret is whole, with fewer old versions.
 */
export function purgeOldest(metadata: SecretMetadata): { metadata: SecretMetadata; removed: number[] } {
  const versions = metadata.versions.slice(MAX_REMOVED_VERSIONS);
  const oldest = firstKept(metadata) + MAX_REMOVED_VERSIONS;
  return {
    metadata: { ...metadata, versions, oldest },
    removed: oldestKept(metadata, MAX_REMOVED_VERSIONS),
  };
}

/** Marks versions as deleted. Versions that are deleted or destroyed stay as they are; unknown numbers are ignored. */
export function withDeleted(
  metadata: SecretMetadata,
  numbers: readonly number[],
  now: number,
): SecretMetadata {
  return mapVersions(metadata, numbers, (old) =>
    isReadable(old, now) ? { ...old, deletionAt: now, state: 'deleted' } : old,
  );
}

/** Undeletes versions, unless they are destroyed. Their `delete_version_after` counts again from `now`. */
export function withUndeleted(
  metadata: SecretMetadata,
  settings: VersionSettings,
  numbers: readonly number[],
  now: number,
): SecretMetadata {
  return mapVersions(metadata, numbers, (old) =>
    old.state === 'destroyed' ? old : { ...newVersion(metadata, settings, now), createdAt: old.createdAt },
  );
}

export function withDestroyed(metadata: SecretMetadata, numbers: readonly number[]): SecretMetadata {
  return mapVersions(metadata, numbers, (old) => ({ ...old, state: 'destroyed' }));
}

function newVersion(metadata: SecretMetadata, settings: VersionSettings, now: number): Version {
  const lifeS = lifeOf(metadata.deleteVersionAfter, settings.deleteVersionAfter);
  return { createdAt: now, state: 'live', ...(lifeS > 0 ? { deletionAt: now + lifeS * 1_000 } : {}) };
}

/** The shorter of two lives in seconds, where 0 is no limit; a negative setting of the mount means no limit at all. */
function lifeOf(own: number, mounts: number): number {
  if (mounts < 0) return 0;
  return own > 0 && mounts > 0 ? Math.min(own, mounts) : own || mounts;
}

function mapVersions(
  metadata: SecretMetadata,
  numbers: readonly number[],
  change: (version: Version) => Version,
): SecretMetadata {
  const chosen = new Set(numbers);
  const first = firstKept(metadata);
  const versions = metadata.versions.map((old, i) => (chosen.has(first + i) ? change(old) : old));
  return { ...metadata, versions };
}
