/** How answers show the metadata of a secret (contract §9.2). */

import { formatDuration } from '../../../http/duration.ts';
import type { Shape, Wire } from '../../../http/shape.ts';
import type { SecretMetadata, Version } from './metadata.ts';
import { firstKept, versionAt } from './versions.ts';

const FACTS = {
  created_time: 'string',
  deletion_time: 'string',
  destroyed: 'bool',
} as const satisfies Shape;

export const VERSION_INFO = {
  version: 'int',
  ...FACTS,
  custom_metadata: ['pairs', null],
} as const satisfies Shape;

export type VersionInfo = Wire<typeof VERSION_INFO>;

export const METADATA_INFO = {
  versions: { '*': FACTS },
  current_version: 'int',
  oldest_version: 'int',
  created_time: 'string',
  updated_time: 'string',
  max_versions: 'int',
  cas_required: 'bool',
  delete_version_after: 'string',
  custom_metadata: ['pairs', null],
  current_metadata_version: 'int',
  metadata_cas_required: 'bool',
} as const satisfies Shape;

export type MetadataInfo = Wire<typeof METADATA_INFO>;

/**
 * The facts of one version, for the answers that read or write its value.
 * @param number of a version that is kept
 */
export function describeVersion(metadata: SecretMetadata, number: number): VersionInfo {
  const version = versionAt(metadata, number) as Version;
  return {
    version: number,
    ...facts(version),
    custom_metadata: customOf(metadata),
  };
}

/** Everything about a secret except its values. */
export function describeMetadata(metadata: SecretMetadata): MetadataInfo {
  const first = firstKept(metadata);
  return {
    versions: Object.fromEntries(metadata.versions.map((version, i) => [first + i, facts(version)])),
    current_version: metadata.current,
    oldest_version: metadata.oldest,
    created_time: rfc3339(metadata.createdAt),
    updated_time: rfc3339(metadata.updatedAt),
    max_versions: metadata.maxVersions,
    cas_required: metadata.casRequired,
    delete_version_after: formatDuration(metadata.deleteVersionAfter),
    custom_metadata: customOf(metadata),
    current_metadata_version: metadata.metadataVersion,
    metadata_cas_required: metadata.metadataCasRequired,
  };
}

function facts({ createdAt, deletionAt, state }: Version): Wire<typeof FACTS> {
  return {
    created_time: rfc3339(createdAt),
    deletion_time: deletionAt === undefined ? '' : rfc3339(deletionAt),
    destroyed: state === 'destroyed',
  };
}

function customOf({ custom }: SecretMetadata): Record<string, string> | null {
  return Object.keys(custom).length > 0 ? custom : null;
}

/** Go's RFC3339Nano: a fraction without trailing zeros, no fraction for a whole second. */
function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.?0+Z$/, 'Z');
}
