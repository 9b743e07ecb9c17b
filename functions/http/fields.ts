/**
 * Reads the fields of a request by their schema, with the weak type conversions that Vault's clients rely on (contract
 * §2.4).
 */

import { parseDuration } from './duration.ts';
import { goQuote, refusal } from './errors.ts';
import type { FieldType, TypeOf } from './shape.ts';

/** Field name → type. The schema validates requests, and describes them in help and OpenAPI. */
export type Schema = Record<string, FieldType>;

/** The fields after reading: an absent or `null` field is undefined. */
export type Fields<S extends Schema> = { [Name in keyof S]: TypeOf[S[Name]] | undefined };

/**
 * Reads the fields that the schema names.
 * @throws VaultError 400 that names the field and the types, never the value
 */
export function readFields<S extends Schema>(schema: S, raw: Record<string, unknown>): Fields<S> {
  const fields: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(schema)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    fields[name] = value === undefined || value === null ? undefined : convert(name, type, value);
  }
  return fields as Fields<S>;
}

/** The names of fields that the schema does not know, sorted (contract §2.4). */
export function unknownFields(schema: Schema, raw: Record<string, unknown>): string[] {
  return Object.keys(raw)
    .filter((name) => !Object.hasOwn(schema, name))
    .sort();
}

/**
 * The warnings about fields that had no effect (contract §2.4).
 * @param params what the pattern of the route captured from the path; a path may end before a part of its pattern
 */
export function fieldWarnings(
  { fields = {}, freeForm }: { fields?: Schema; freeForm?: boolean },
  params: Record<string, string>,
  raw: Record<string, unknown>,
): string[] {
  const captured = Object.keys(params).filter((name) => params[name] !== undefined);
  const unknown = unknownFields(fields, raw).filter((name) => !captured.includes(name));
  const replaced = captured.filter((name) => raw[name] !== undefined && raw[name] !== null);
  const warnings: string[] = [];
  if (unknown.length > 0 && !freeForm)
    warnings.push(`Endpoint ignored these unrecognized parameters: [${unknown.join(' ')}]`);
  if (replaced.length > 0) {
    const where = "with the values captured from the endpoint's path";
    warnings.push(`Endpoint replaced the value of these parameters ${where}: [${replaced.sort().join(' ')}]`);
  }
  return warnings;
}

function convert(name: string, type: FieldType, value: unknown): unknown {
  const converted = CONVERSIONS[type](JSON.isRawJSON(value) ? plainNumber(type, value.rawJSON) : value);
  if (converted === undefined) throw unusable(name, type, value);
  return converted;
}

/** A number that was kept as it was written: a text field takes the text, a field of any type keeps it exact. */
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
  texts: (value) => (value === '' ? [] : toTexts(Array.isArray(value) ? value : [value])),
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

/** @returns a whole number, given as a number or as text; an empty text is 0, and anything else undefined */
export function parseInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^(-?\d{1,15})?$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function toTexts(values: unknown[]): string[] | undefined {
  const texts = values.map(toText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function toList(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return toTexts(value)?.map((text) => text.trim());
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
    // An object would drop this name silently.
    if (text === undefined || name === '__proto__') return undefined;
    pairs[name] = text;
  }
  return pairs;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
