/** The value of a secret, stored as JSON text so that it comes back exactly as it was sent. */

import { parseJson } from '../../http/parseBody.ts';
import { MAX_VALUE_BYTES } from '../../limits.ts';
import { valueTooLarge } from './errors.ts';

export type Value = Record<string, unknown>;

/** @throws VaultError 413 when it is larger than an item can hold */
export function encodeValue(value: Value): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) throw valueTooLarge();
  return text;
}

export function decodeValue(text: string): Value {
  return parseJson(text) as Value;
}
