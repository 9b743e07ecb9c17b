/** The custom metadata of a namespace: names and texts of the operator's own (contract §4). Pure. */

import { metadataMissing, metadataNameUnusable, metadataNotText, patchNotText } from './namespaceErrors.ts';

export type Metadata = Record<string, string>;

/**
 * What a POST sets: all of it, or nothing.
 * @throws VaultError 400 for values that are no strings, and for a name that cannot be stored
 */
export function readMetadata(given: Record<string, unknown> = {}): Metadata {
  refuseNames(given);
  const entries = Object.entries(given);
  if (!entries.every(([, value]) => typeof value === 'string')) throw metadataNotText();
  return Object.fromEntries(entries) as Metadata;
}

export type MetadataPatch = Record<string, string | null> | null;

/**
 * What a PATCH changes; `null` clears everything.
 * @param raw the fields as they were sent, since `null` and nothing are not the same here
 * @param given the field, read
 * @throws VaultError 400 without the field, and for values that are neither string nor `null`
 */
export function readPatch(
  raw: Record<string, unknown>,
  given: Record<string, unknown> | undefined,
): MetadataPatch {
  if (!Object.hasOwn(raw, 'custom_metadata')) throw metadataMissing();
  if (given === undefined) return null;
  refuseNames(given);
  const wrong = Object.values(given).find((value) => typeof value !== 'string' && value !== null);
  if (wrong !== undefined) throw patchNotText(goType(wrong));
  return given as Record<string, string | null>;
}

export function patched(metadata: Metadata, patch: MetadataPatch): Metadata {
  if (patch === null) return {};
  const merged = Object.entries({ ...metadata, ...patch });
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as Metadata;
}

function refuseNames(given: Record<string, unknown>): void {
  if (Object.hasOwn(given, '__proto__')) throw metadataNameUnusable('__proto__');
}

/** The type of a JSON value as Go prints it. */
function goType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || JSON.isRawJSON(value)) return 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
