/** The value of a secret: stored as JSON text, changed by merge patches, shown with or without what its keys hold. */

import { refusal, tooLarge } from '../../http/errors.ts';
import { parseJson } from '../../http/readBody.ts';
import type { Call } from '../../http/route.ts';
import { MAX_VALUE_BYTES } from '../../limits.ts';

export type Value = Record<string, unknown>;

/**
 * The value as JSON text, so that it is returned exactly as it was sent.
 * @throws VaultError 413 when it is too large for an item
 */
export function encodeValue(value: Value): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES)
    throw tooLarge(`a secret is at most ${MAX_VALUE_BYTES} bytes large`);
  return text;
}

/** @param text as `encodeValue` made it */
export function decodeValue(text: string): Value {
  return parseJson(text) as Value;
}

/**
 * The value that a write to a cubbyhole or to kv version 1 sent, as JSON text. The value is all fields of the request
 * (contract §9.1).
 * @throws VaultError 400 without a path or without any field, 413 when it is too large for an item
 */
export function encodeSent({ params, raw }: Pick<Call, 'params' | 'raw'>): string {
  if (!params.path) throw refusal('missing path');
  if (Object.keys(raw).length === 0) throw refusal('missing data fields');
  return encodeValue(raw);
}

/** A JSON merge patch (RFC 7396): merges objects key by key. `null` removes a key, any other value replaces it. */
export function mergePatch(target: unknown, patch: Value): Value {
  const old = isObject(target) ? target : {};
  const kept = Object.entries(old).filter(([key]) => !Object.hasOwn(patch, key));
  const set = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [
      key,
      isObject(value) ? mergePatch(Object.hasOwn(old, key) ? old[key] : undefined, value) : value,
    ]);
  return Object.fromEntries([...kept, ...set]);
}

/**
 * The keys of a value, nested as they are, with `null` in place of what they hold.
 * @param levels of keys to show; objects below them are `null`, and so are empty objects
 */
export function keysOnly(value: Value, levels: number): Value {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isOpen = levels > 1 && isObject(inner) && Object.keys(inner).length > 0;
      return [key, isOpen ? keysOnly(inner, levels - 1) : null];
    }),
  );
}

/** `parseJson` keeps some numbers as objects, to lose no digit: they are not JSON objects. */
function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
