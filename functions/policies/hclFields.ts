/** Reads the blocks of a policy: known keys, lists of strings, nested blocks, JSON values. Pure. */

import { goQuote } from '../http/errors.ts';
import { type HclObject, type HclValue, isHclObject } from './hcl.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/**
 * @param prefix the beginning of the error
 * @throws PolicySyntaxError naming the first key that is not known
 */
export function checkKeys({ entries }: HclObject, known: string[], prefix = ''): void {
  const wrong = entries.find(({ key }) => !known.includes(key));
  if (wrong) throw new PolicySyntaxError(`${prefix}invalid key ${goQuote(wrong.key)}`, wrong.line);
}

/**
 * The entries of a block. In JSON it may be a list of objects; then the entries of all of them.
 * @throws PolicySyntaxError for anything else
 */
export function bodyOf(value: HclValue, where: string): HclObject {
  const objects = Array.isArray(value) ? value : [value];
  if (!objects.every(isHclObject)) throw new PolicySyntaxError(`${where}: expected a block`);
  return { entries: objects.flatMap(({ entries }) => entries) };
}

/**
 * @param where the beginning of the error
 * @returns an empty list when the key is absent
 * @throws PolicySyntaxError for anything but a list of strings
 */
export function stringsOf(body: HclObject, key: string, where: string): string[] {
  const items = valuesOf(body, key).flat();
  const isList = valuesOf(body, key).every(Array.isArray);
  if (isList && items.every((item) => typeof item === 'string')) return items;
  throw new PolicySyntaxError(`${where}: ${key} must be a list of strings`);
}

/** All values of a key. A repeated key adds to a list or map, and replaces any other value. */
export function valuesOf(body: HclObject, key: string): HclValue[] {
  return body.entries.filter((entry) => entry.key === key).map(({ value }) => value);
}

export function lastOf(body: HclObject, key: string): HclValue | undefined {
  return valuesOf(body, key).at(-1);
}

export function toJson(value: HclValue): JsonValue {
  if (Array.isArray(value)) return value.map(toJson);
  if (!isHclObject(value)) return value;
  return Object.fromEntries(value.entries.map((entry) => [entry.key, toJson(entry.value)]));
}

/** A value as errors show it. */
export function quote(value: HclValue): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(toJson(value));
}
