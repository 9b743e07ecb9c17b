/** JSON merge patch (RFC 7396). */

import type { Value } from '../value.ts';

/** Merges objects key by key, `null` taking a key away; whatever is no object replaces what was there. */
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

/** Numbers kept as they were written are objects to JavaScript, and none to JSON. */
export function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
