/** The settings of one secret, as they are sent to `metadata/`, custom metadata included (contract §9.2). */

import { goQuote, multiError, refusal, type VaultError } from '../../../http/errors.ts';
import type { Fields, Schema } from '../../../http/fields.ts';
import { Meant } from '../../../http/shape.ts';
import {
  MAX_CUSTOM_METADATA_KEY_BYTES,
  MAX_CUSTOM_METADATA_KEYS,
  MAX_CUSTOM_METADATA_VALUE_BYTES,
  MAX_SECRET_VERSIONS,
} from '../../../limits.ts';
import { isPrintable } from '../../../tree/path.ts';
import type { SecretMetadata } from './metadata.ts';

export const SETTINGS_FIELDS = {
  max_versions: 'int',
  cas_required: 'bool',
  metadata_cas_required: 'bool',
  delete_version_after: 'duration',
  custom_metadata: new Meant('map', { members: { '*': 'string' } }),
  metadata_cas: 'int',
} as const satisfies Schema;

export type SettingsFields = Fields<typeof SETTINGS_FIELDS>;

/** The settings except the custom metadata. */
type SecretSettings = Pick<
  SecretMetadata,
  'maxVersions' | 'casRequired' | 'metadataCasRequired' | 'deleteVersionAfter'
>;

/** What `null` sets the fields to. `delete_version_after` is none of them. */
const CLEARED = {
  max_versions: { maxVersions: 0 },
  cas_required: { casRequired: false },
  metadata_cas_required: { metadataCasRequired: false },
  custom_metadata: { custom: {} },
} as const satisfies Record<string, Partial<SecretMetadata>>;

const FIELD_OF: Record<keyof SecretSettings, keyof SettingsFields> = {
  maxVersions: 'max_versions',
  casRequired: 'cas_required',
  metadataCasRequired: 'metadata_cas_required',
  deleteVersionAfter: 'delete_version_after',
};

/**
 * The settings that were sent.
 * @throws VaultError 400 when one is out of range
 */
export function settingsSent(fields: SettingsFields): Partial<SecretSettings> {
  const { max_versions } = fields;
  if (max_versions !== undefined) checkMaxVersions(max_versions);
  const entries = Object.entries(FIELD_OF).map(([setting, field]) => [setting, fields[field]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The settings, custom metadata included, that `null` was sent for: they are cleared (contract §9.2). */
export function settingsCleared(raw: Record<string, unknown>): Partial<SecretMetadata> {
  const cleared = Object.entries(CLEARED).filter(([field]) => raw[field] === null);
  return Object.assign({}, ...cleared.map(([, setting]) => setting));
}

/** @throws VaultError 400 when it is negative, or one item could not hold the facts of so many versions */
export function checkMaxVersions(count: number): number {
  if (count < 0 || count > MAX_SECRET_VERSIONS)
    throw refusal(`max_versions must be between 0 and ${MAX_SECRET_VERSIONS}`);
  return count;
}

type CustomMetadata = Record<string, string>;

/** @throws VaultError 400 that names every pair that is not allowed, but no value */
export function customMetadataOf(sent: Record<string, unknown>): CustomMetadata {
  return checkPairs(textsOf(Object.entries(sent)));
}

/**
 * Merges what was sent into the old custom metadata; `null` removes a key.
 * @throws VaultError 400 as `customMetadataOf`, also when the result has too many keys
 */
export function patchCustomMetadata(old: CustomMetadata, sent: Record<string, unknown>): CustomMetadata {
  const set = checkPairs(textsOf(Object.entries(sent).filter(([, value]) => value !== null)));
  const kept = Object.entries(old).filter(([key]) => !Object.hasOwn(sent, key));
  return checkPairs(Object.fromEntries([...kept, ...Object.entries(set)]));
}

function textsOf(pairs: [string, unknown][]): CustomMetadata {
  return Object.fromEntries(pairs.map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  if (JSON.isRawJSON(value)) return value.rawJSON;
  const type = Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  throw refusal(
    `custom_metadata validation failed: '' expected type 'string', got unconvertible type '${type}'`,
  );
}

function checkPairs(custom: CustomMetadata): CustomMetadata {
  const count = Object.keys(custom).length;
  if (count > MAX_CUSTOM_METADATA_KEYS)
    throw invalidCustomMetadata([
      `payload must contain at most ${MAX_CUSTOM_METADATA_KEYS} keys, provided ${count}`,
    ]);
  const problems = Object.entries(custom).flatMap(([key, value]) => problemsOf(key, value));
  if (problems.length > 0) throw invalidCustomMetadata(problems);
  return custom;
}

function problemsOf(key: string, value: string): string[] {
  const name = goQuote(key);
  const [keyBytes, valueBytes] = [Buffer.byteLength(key), Buffer.byteLength(value)];
  const problems: string[] = [];
  if (keyBytes === 0 || keyBytes > MAX_CUSTOM_METADATA_KEY_BYTES)
    problems.push(
      `length of key ${name} is ${keyBytes} but must be 0 < len(key) <= ${MAX_CUSTOM_METADATA_KEY_BYTES}`,
    );
  if (valueBytes === 0 || valueBytes > MAX_CUSTOM_METADATA_VALUE_BYTES)
    problems.push(
      `length of value for key ${name} is ${valueBytes} but must be 0 < len(value) <= ${MAX_CUSTOM_METADATA_VALUE_BYTES}`,
    );
  if (!isPrintable(key)) problems.push(`key ${name} (${key}) contains unprintable characters`);
  if (!isPrintable(value)) problems.push(`value for key ${name} contains unprintable characters`);
  return problems;
}

/** @param problems all that is wrong with the custom metadata */
function invalidCustomMetadata(problems: string[]): VaultError {
  return refusal(multiError(problems.map((problem) => `custom_metadata validation failed: ${problem}`)));
}
