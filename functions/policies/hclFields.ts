/** Reads what policies expect in a block: known keys, lists of strings, nested blocks, plain JSON. */

import { goQuote } from '../http/errors.ts';
import { type HclObject, type HclValue, isHclObject } from './hcl.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * @param prefix what the error begins with
 * @throws PolicySyntaxError naming the first key that is not known
 */
export function checkKeys({ entries }: HclObject, known: string[], prefix = ''): void {
  const wrong = entries.find(({ key }) => !known.includes(key));
  if (wrong) throw new PolicySyntaxError(`${prefix}invalid key ${goQuote(wrong.key)}`, wrong.line);
}

/** A block, or in JSON also a list of objects, as the entries of them all. */
export function bodyOf(value: HclValue, where: string): HclObject {
  const objects = Array.isArray(value) ? value : [value];
  if (!objects.every(isHclObject)) throw new PolicySyntaxError(`${where}: expected a block`);
  return { entries: objects.flatMap(({ entries }) => entries) };
}

/**
 * @param where what the error begins with
 * @returns an empty list when the key is absent
 */
export function stringsOf(body: HclObject, key: string, where: string): string[] {
  const items = valuesOf(body, key).flat();
  const isList = valuesOf(body, key).every(Array.isArray);
  if (isList && items.every((item) => typeof item === 'string')) return items;
  throw new PolicySyntaxError(`${where}: ${key} must be a list of strings`);
}

/** A key that is repeated adds to a list or map, and replaces anything else. */
export function valuesOf(body: HclObject, key: string): HclValue[] {
  return body.entries.filter((entry) => entry.key === key).map(({ value }) => value);
}

export function lastOf(body: HclObject, key: string): HclValue | undefined {
  return valuesOf(body, key).at(-1);
}

export function toJson(value: HclValue): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (!isHclObject(value)) return value;
  return Object.fromEntries(value.entries.map((entry) => [entry.key, toJson(entry.value)]));
}

/** A value as errors show it. */
export function quote(value: HclValue): string {
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(toJson(value));
}
