/** Reads the fields of a request by their schema, with the weak conversions Vault's clients rely on (contract §2.4). */

import { parseDuration } from './duration.ts';
import { goQuote, refusal } from './errors.ts';
import type { FieldType, TypeOf } from './shape.ts';

/** Field name → type; the schema that validates a request also describes it. */
export type Schema = Record<string, FieldType>;

/** What is left of the fields after reading: an absent or `null` field is undefined. */
export type Fields<S extends Schema> = { [Name in keyof S]: TypeOf[S[Name]] | undefined };

/** @throws VaultError 400 that names the field and the types, never the value */
export function readFields<S extends Schema>(schema: S, raw: Record<string, unknown>): Fields<S> {
  const fields: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(schema)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    fields[name] = value === undefined || value === null ? undefined : convert(name, type, value);
  }
  return fields as Fields<S>;
}

/** The fields sent that no schema knows, sorted (contract §2.4). */
export function unknownFields(schema: Schema, raw: Record<string, unknown>): string[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(schema, name))
    .sort();
}

function convert(name: string, type: FieldType, value: unknown): unknown {
  const converted = CONVERSIONS[type](JSON.isRawJSON(value) ? plainNumber(type, value.rawJSON) : value);
  if (converted === undefined) throw unusable(name, type, value);
  return converted;
}

/** A number kept as it was written: a text field takes the text, and what is passed on stays exact. */
function plainNumber(type: FieldType, text: string): unknown {
  if (type === 'any') return JSON.rawJSON(text);
  return type === 'string' ? text : Number(text);
}

function unusable(name: string, type: FieldType, value: unknown) {
  const got = Array.isArray(value) ? 'array' : typeof value;
  return refusal(
    `Field validation failed: error converting input for field ${goQuote(name)}: expected type '${type}', got '${got}'`,
  );
}

const CONVERSIONS: Record<FieldType, (value: unknown) => unknown> = {
  any: (value) => value,
  string: toText,
  bool: toBool,
  int: toInt,
  duration: parseDuration,
  list: toList,
  ints: toInts,
  map: (value) => (isObject(value) ? value : undefined),
  pairs: toPairs,
};

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return undefined;
}

function toBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return typeof value === 'string' ? parseBool(value || 'false') : undefined;
}

/** Go's `strconv.ParseBool`. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

function toInt(value: unknown): number | undefined {
  return typeof value === 'boolean' ? Number(value) : parseInteger(value);
}

/** @returns undefined for what is no whole number, nor the text of one; an empty text is 0 */
export function parseInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^(-?\d{1,15})?$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function toList(value: unknown): string[] | undefined {
  if (Array.isArray(value)) {
    const texts = value.map(toText);
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
  const text = toText(value);
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function toInts(value: unknown): number[] | undefined {
  const texts = toList(value);
  return texts?.every((text) => /^[+-]?\d{1,15}$/.test(text)) ? texts.map(Number) : undefined;
}

function toPairs(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const pairs: Record<string, string> = {};
  for (const [name, item] of Object.entries(value)) {
    const text = toText(item);
    // A name that no object takes would be lost without a word.
    if (text === undefined || name === '__proto__') return undefined;
    pairs[name] = text;
  }
  return pairs;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
