/** The settings that a secret may have of its own, read from what was sent. */

import type { Fields, Schema } from '../../../http/fields.ts';
import { MAX_DELETE_VERSION_AFTER_S, MAX_SECRET_VERSIONS } from '../../../limits.ts';
import { deleteVersionAfterUnusable, maxVersionsOutOfRange } from '../errors.ts';
import type { Metadata } from './metadata.ts';

export const SETTINGS_FIELDS = {
  max_versions: 'int',
  cas_required: 'bool',
  metadata_cas_required: 'bool',
  delete_version_after: 'duration',
  custom_metadata: 'map',
  metadata_cas: 'int',
} as const satisfies Schema;

export type SettingsFields = Fields<typeof SETTINGS_FIELDS>;

/** The settings but for custom metadata. */
export type Settings = Pick<
  Metadata,
  'maxVersions' | 'casRequired' | 'metadataCasRequired' | 'deleteVersionAfter'
>;

const UNSET: Settings = {
  maxVersions: 0,
  casRequired: false,
  metadataCasRequired: false,
  deleteVersionAfter: 0,
};

const FIELD_OF: Record<keyof Settings, keyof SettingsFields> = {
  maxVersions: 'max_versions',
  casRequired: 'cas_required',
  metadataCasRequired: 'metadata_cas_required',
  deleteVersionAfter: 'delete_version_after',
};

/**
 * The settings that were sent.
 * @throws VaultError 400 when one is out of range
 */
export function settingsSent(fields: SettingsFields): Partial<Settings> {
  const { max_versions, delete_version_after } = fields;
  if (max_versions !== undefined) checkMaxVersions(max_versions);
  if (delete_version_after !== undefined && delete_version_after > MAX_DELETE_VERSION_AFTER_S)
    throw deleteVersionAfterUnusable();
  const entries = Object.entries(FIELD_OF).map(([setting, field]) => [setting, fields[field]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The settings that a merge patch takes back, by sending `null`. */
export function settingsCleared(raw: Record<string, unknown>): Partial<Settings> {
  const entries = Object.entries(UNSET) as [keyof Settings, Settings[keyof Settings]][];
  return Object.fromEntries(entries.filter(([setting]) => raw[FIELD_OF[setting]] === null));
}

/** @throws VaultError 400 when an item could not hold the facts of so many versions */
export function checkMaxVersions(count: number): number {
  if (count < 0 || count > MAX_SECRET_VERSIONS) throw maxVersionsOutOfRange();
  return count;
}
