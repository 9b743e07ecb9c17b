/** What requests say of a namespace: its name and its custom metadata (contract §4). Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { UNSTORABLE_NAME } from '../http/fields.ts';
import { MAX_MOUNT_PATH_BYTES, MAX_NAMESPACE_DEPTH } from '../limits.ts';
import type { Namespace } from './namespace.ts';
import { cleanPath } from './path.ts';

const RESERVED = ['.', '..', 'root', 'sys', 'audit', 'auth', 'cubbyhole', 'identity'];

/**
 * @returns the name with a trailing slash, as it is stored in the tree
 * @throws VaultError 400 for a name that is empty, reserved or has several segments
 */
export function readName(typed: string): string {
  const path = cleanPath(typed);
  const name = path.slice(0, -1);
  if (name === '') throw refusal('namespace name cannot be empty');
  if (name.includes('/')) throw refusal('namespace name cannot contain /');
  if (RESERVED.includes(name)) {
    throw refusal(`${goQuote(path)} is a reserved path and cannot be used as a namespace name`);
  }
  return path;
}

/**
 * Checks that hold for new namespaces only.
 * @param name with a trailing slash
 * @throws VaultError 400
 */
export function checkNewName(name: string, parent: Namespace): void {
  const bare = name.slice(0, -1);
  const wrong = /[\s+*]/u.exec(bare)?.[0];
  if (wrong === '+' || wrong === '*') {
    const problem = 'contains wildcard characters that cannot be used in a namespace name';
    throw refusal(`${goQuote(bare)} ${problem}: '${wrong}'`);
  }
  if (wrong !== undefined) {
    throw refusal(`${goQuote(bare)} contains space characters that cannot be used in a namespace name`);
  }
  if (!canHaveName(parent, name)) {
    throw refusal(`the path of a namespace has at most ${MAX_MOUNT_PATH_BYTES} bytes`);
  }
  if (parent.lineage.length > MAX_NAMESPACE_DEPTH) {
    throw refusal(`namespaces nest at most ${MAX_NAMESPACE_DEPTH} deep`);
  }
}

/** Whether the path of a child with this name is within the limit. */
export function canHaveName(parent: Namespace, name: string): boolean {
  return Buffer.byteLength(parent.path + name) <= MAX_MOUNT_PATH_BYTES;
}

export type NamespaceMetadata = Record<string, string>;

/**
 * The metadata of a POST, which replaces all metadata.
 * @throws VaultError 400 for values that are not strings, and for a name that cannot be stored
 */
export function readMetadata(given: Record<string, unknown> = {}): NamespaceMetadata {
  refuseUnstorableName(given);
  const entries = Object.entries(given);
  if (!entries.every(([, value]) => typeof value === 'string')) {
    throw refusal('custom_metadata values must be strings');
  }
  return Object.fromEntries(entries) as NamespaceMetadata;
}

/** `null` as a value removes one name; `null` as a whole removes all. */
export type MetadataPatch = Record<string, string | null> | null;

/**
 * The metadata of a PATCH.
 * @param raw the fields as they were sent: here `null` and a missing field differ
 * @param given the field, read
 * @returns nothing to change without the field
 * @throws VaultError 400 for values that are neither string nor `null`
 */
export function readPatch(
  raw: Record<string, unknown>,
  given: Record<string, unknown> | undefined,
): MetadataPatch {
  if (!Object.hasOwn(raw, 'custom_metadata')) return {};
  if (given === undefined) return null;
  refuseUnstorableName(given);
  const wrong = Object.values(given).find((value) => typeof value !== 'string' && value !== null);
  if (wrong !== undefined) {
    throw refusal(`metadata patch can only have string or null values, got ${goType(wrong)}`);
  }
  return given as Record<string, string | null>;
}

export function patched(metadata: NamespaceMetadata, patch: MetadataPatch): NamespaceMetadata {
  if (patch === null) return {};
  const merged = Object.entries({ ...metadata, ...patch });
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as NamespaceMetadata;
}

function refuseUnstorableName(given: Record<string, unknown>): void {
  if (Object.hasOwn(given, UNSTORABLE_NAME))
    throw refusal(`custom_metadata cannot have the name ${goQuote(UNSTORABLE_NAME)}`);
}

/** The type of a JSON value as Go prints it. */
function goType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || JSON.isRawJSON(value)) return 'json.Number';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
