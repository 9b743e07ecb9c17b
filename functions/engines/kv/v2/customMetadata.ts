/** The pairs of text that users attach to a secret, and what they may be (contract §9.2). */

import { goQuote } from '../../../http/errors.ts';
import {
  MAX_CUSTOM_METADATA_KEY_BYTES,
  MAX_CUSTOM_METADATA_KEYS,
  MAX_CUSTOM_METADATA_VALUE_BYTES,
} from '../../../limits.ts';
import { isPrintable } from '../../../tree/path.ts';
import { customMetadataInvalid } from '../errors.ts';

export type CustomMetadata = Record<string, string>;

/** @throws VaultError 400 that names every pair that will not do, but no value */
export function customMetadataOf(sent: Record<string, unknown>): CustomMetadata {
  return checked(texts(Object.entries(sent)));
}

/**
 * Merges what was sent into what is there; `null` takes a key away.
 * @throws VaultError 400 as above, and when there would be too many keys
 */
export function patchCustomMetadata(old: CustomMetadata, sent: Record<string, unknown>): CustomMetadata {
  const set = checked(texts(Object.entries(sent).filter(([, value]) => value !== null)));
  const kept = Object.entries(old).filter(([key]) => !Object.hasOwn(sent, key));
  return checked(Object.fromEntries([...kept, ...Object.entries(set)]));
}

function texts(pairs: [string, unknown][]): CustomMetadata {
  return Object.fromEntries(pairs.map(([key, value]) => [key, textOf(key, value)]));
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  if (JSON.isRawJSON(value)) return value.rawJSON;
  throw customMetadataInvalid([`value for key ${goQuote(key)} must be a string`]);
}

function checked(custom: CustomMetadata): CustomMetadata {
  const count = Object.keys(custom).length;
  if (count > MAX_CUSTOM_METADATA_KEYS)
    throw customMetadataInvalid([
      `payload must contain at most ${MAX_CUSTOM_METADATA_KEYS} keys, provided ${count}`,
    ]);
  const problems = Object.entries(custom).flatMap(([key, value]) => problemsOf(key, value));
  if (problems.length > 0) throw customMetadataInvalid(problems);
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
