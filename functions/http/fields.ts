/**
 * Reads the fields of a request by their schema, with the weak type conversions that Vault's clients rely on (contract
 * §2.4).
 */

import { MAX_FIELD_ENTRIES, MAX_WARNED_BYTES } from '../limits.ts';
import { parseDuration } from './duration.ts';
import { goQuote, refusal, type VaultError } from './errors.ts';
import { fieldProblem } from './fieldProblem.ts';
import { type Field, type FieldType, typeOf, type ValueOf } from './shape.ts';
import { shortened } from './shortened.ts';

/** Field name → type. The schema validates requests, and describes them to policies, in help and in OpenAPI. */
export type Schema = Readonly<Record<string, Field>>;

/** The fields after reading: an absent field is undefined. */
export type Fields<S extends Schema> = { [Name in keyof S]: ValueOf<S[Name]> | undefined };

/**
 * Reads the fields that the schema names.
 * @throws VaultError 400 that names the field and what is wrong with its value
 */
export function readFields<S extends Schema>(schema: S, raw: Record<string, unknown>): Fields<S> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    fields[name] = value === undefined ? undefined : convert(name, typeOf(field), value);
  }
  return fields as Fields<S>;
}

/** @returns a value as its type reads it; undefined for one that cannot be read, and for `null` where that is no value */
export function readValue(type: FieldType, value: unknown): unknown {
  if (value !== null) return CONVERSIONS[type](value);
  return WITHOUT_NULL.includes(type) ? undefined : CONVERSIONS[type]('');
}

/** Types in which `null` is as if the field was absent. In the others it is as an empty text. */
const WITHOUT_NULL: readonly FieldType[] = ['any', 'duration', 'map', 'pairs'];

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
    warnings.push(`Endpoint ignored these unrecognized parameters: [${named(unknown)}]`);
  if (replaced.length > 0) {
    const where = "with the values captured from the endpoint's path";
    warnings.push(`Endpoint replaced the value of these parameters ${where}: [${named(replaced.sort())}]`);
  }
  return warnings;
}

/** The warning comes with the answer, which must be passed on once the request is done. */
function named(fields: string[]): string {
  return shortened(fields.join(' '), MAX_WARNED_BYTES);
}

function convert(name: string, type: FieldType, value: unknown): unknown {
  if (LISTS.includes(type) && isTooLong(value))
    throw refusal(`${FIELD_PROBLEM}field ${goQuote(name)} has more than ${MAX_FIELD_ENTRIES} entries`);
  const converted = readValue(type, value);
  if (converted === undefined && value !== null) throw unusable(name, type, value);
  return converted;
}

/** Types whose values are arrays, or are made of them. */
const LISTS: readonly FieldType[] = ['list', 'texts', 'ints', 'map', 'pairs'];

function isTooLong(value: unknown): boolean {
  const entries = typeof value === 'string' ? value.split(',', MAX_FIELD_ENTRIES + 1) : value;
  return Array.isArray(entries) && entries.length > MAX_FIELD_ENTRIES;
}

/** The refusal of a value that cannot be converted. */
export function unusable(name: string, type: FieldType, value: unknown): VaultError {
  const problem = fieldProblem(name, type, value);
  return refusal(`${FIELD_PROBLEM}error converting input for field ${goQuote(name)}: ${problem}`);
}

/** What the texts of such refusals begin with. */
export const FIELD_PROBLEM = 'Field validation failed: ';

const CONVERSIONS: Record<FieldType, (value: unknown) => unknown> = {
  any: (value) => value,
  string: toText,
  bool: toBool,
  int: (value) => parseInteger(toText(value)),
  duration: (value) => parseDuration(JSON.isRawJSON(value) ? value.rawJSON : value),
  list: toList,
  texts: (value) => (value === '' ? [] : toTexts(toArray(value))),
  ints: toInts,
  map: toMap,
  pairs: toPairs,
};

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return undefined;
}

function toBool(value: unknown): boolean | undefined {
  const text = toText(value);
  return text === undefined ? undefined : parseBool(text || 'false');
}

/** Go's `strconv.ParseBool`. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

/** @returns a whole number, given as a number or as text; an empty text is 0, and anything else undefined */
export function parseInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^(-?\d{1,15})?$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function toTexts(values: unknown[]): string[] | undefined {
  const texts = values.map((value) => (value === null ? '' : toText(value)));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** An empty object is an empty list, and any other value the only entry of one. */
function toArray(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) && Object.keys(value).length === 0 ? [] : [value];
}

function toList(value: unknown): string[] | undefined {
  if (typeof value === 'object') return toTexts(toArray(value))?.map((text) => text.trim());
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

/** An array of objects is all of them together. */
function toMap(value: unknown): Record<string, unknown> | undefined {
  if (isObject(value)) return value;
  if (!Array.isArray(value) || !value.every(isObject)) return undefined;
  return Object.fromEntries(value.flatMap((object) => Object.entries(object)));
}

/** The DynamoDB client cannot store an attribute with this name. */
export const UNSTORABLE_NAME = '__proto__';

/** An object, or texts such as `name=value`. */
function toPairs(value: unknown): Record<string, string> | undefined {
  const map = toMap(value) ?? fromTexts(toTexts(toArray(value)));
  const names = Object.keys(map ?? {});
  const texts = map && toTexts(Object.values(map));
  if (!texts || names.includes(UNSTORABLE_NAME)) return undefined;
  return Object.fromEntries(names.map((name, i) => [name, texts[i] as string]));
}

function fromTexts(texts: string[] | undefined): Record<string, unknown> | undefined {
  const pairs = texts?.map((text) => /^([^=]+)=(.*)$/s.exec(text));
  if (!pairs?.every((pair) => pair !== null)) return undefined;
  return Object.fromEntries(pairs.map(([, name, text]) => [name, text]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
