/** The pure rules of versions: how they are added, kept, deleted, brought back and destroyed. */

import { DEFAULT_SECRET_VERSIONS } from '../../../limits.ts';
import type { Metadata, Version } from './metadata.ts';

/** The settings of a mount that bear on versions. */
export interface VersionSettings {
  maxVersions: number;
  /** Seconds; negative switches the secrets' own settings off as well. */
  deleteVersionAfter: number;
}

/** The number of the oldest version that is kept; with none kept, that of the first to come. */
export function firstKept({ current, versions }: Metadata): number {
  return current - versions.length + 1;
}

export function versionAt(metadata: Metadata, number: number): Version | undefined {
  return number > 0 ? metadata.versions[number - firstKept(metadata)] : undefined;
}

/** Whether the value of a version can no longer be read: deleted, as planned too, or destroyed. */
export function isGone({ state, deletionAt }: Version, now: number): boolean {
  return state !== 'live' || (deletionAt !== undefined && deletionAt <= now);
}

/** A secret's own setting counts, else the mount's, else ten (contract §9.2). */
function maxVersionsOf(metadata: Metadata, settings: VersionSettings): number {
  return metadata.maxVersions || settings.maxVersions || DEFAULT_SECRET_VERSIONS;
}

/** Adds a version as the newest, and lets go of those that are too many then. */
export function withVersion(metadata: Metadata, settings: VersionSettings, now: number): Metadata {
  const current = metadata.current + 1;
  const max = maxVersionsOf(metadata, settings);
  const oldest = current - metadata.oldest >= max ? current - max + 1 : metadata.oldest;
  const versions = [...metadata.versions, version(metadata, settings, now)];
  const kept = current - Math.max(oldest, 1) + 1;
  return { ...metadata, current, oldest, versions: versions.slice(-kept), updatedAt: now };
}

/** Lets go of the oldest versions, as if `max_versions` had been reached. */
export function withoutOldest(metadata: Metadata, count: number): Metadata {
  const versions = metadata.versions.slice(count);
  return { ...metadata, versions, oldest: firstKept(metadata) + count };
}

/** Marks versions as deleted; those gone already, and numbers that are none, change nothing. */
export function withDeleted(metadata: Metadata, numbers: readonly number[], now: number): Metadata {
  return mapVersions(metadata, numbers, (old) =>
    isGone(old, now) ? old : { ...old, deletionAt: now, state: 'deleted' },
  );
}

/** Brings deleted versions back; where deletion is planned, their time begins anew. */
export function withUndeleted(
  metadata: Metadata,
  settings: VersionSettings,
  numbers: readonly number[],
  now: number,
): Metadata {
  return mapVersions(metadata, numbers, (old) =>
    old.state === 'destroyed' ? old : { ...version(metadata, settings, now), createdAt: old.createdAt },
  );
}

export function withDestroyed(metadata: Metadata, numbers: readonly number[]): Metadata {
  return mapVersions(metadata, numbers, (old) => ({ ...old, state: 'destroyed' }));
}

function version(metadata: Metadata, settings: VersionSettings, now: number): Version {
  const lifeS = lifeOf(metadata.deleteVersionAfter, settings.deleteVersionAfter);
  return { createdAt: now, state: 'live', ...(lifeS > 0 ? { deletionAt: now + lifeS * 1_000 } : {}) };
}

/** The shorter of two lives in seconds, of which 0 is no limit; a negative setting of the mount ends the matter. */
function lifeOf(own: number, mounts: number): number {
  if (mounts < 0) return 0;
  return own > 0 && mounts > 0 ? Math.min(own, mounts) : own || mounts;
}

function mapVersions(
  metadata: Metadata,
  numbers: readonly number[],
  change: (version: Version) => Version,
): Metadata {
  const chosen = new Set(numbers);
  const first = firstKept(metadata);
  const versions = metadata.versions.map((old, i) => (chosen.has(first + i) ? change(old) : old));
  return { ...metadata, versions };
}
