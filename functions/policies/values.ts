/**
 * Whether a value of a request is one that a rule names, however it is written: to the handler, `"1h"` is 3600, and `"a, b"`
 * is `["a", "b"]` (contract §5.3). The schema of the fields says what their values mean. Pure.
 */

import { readValue, type Schema } from '../http/fields.ts';
import { type Field, type Meaning, Meant, typeOf } from '../http/shape.ts';

/** All ways to write a value. */
type Spelled = readonly Form[];

/** One way to write a value; of lists and maps the parts are spelled. */
type Form = { single: unknown } | { entries: Spelled[] } | { members: Map<string, Spelled> };

/**
 * Whether the value is one of those that a rule allows, as it was sent. In a list, each entry has to be allowed: the text
 * `dev, admin` begins with `dev`, and names `admin` as well.
 * @param allowed no values are any value; undefined allows none
 */
export function isAllowed(
  fields: Schema,
  name: string,
  value: unknown,
  allowed: readonly unknown[] | undefined,
): boolean {
  if (allowed === undefined) return false;
  if (allowed.length === 0) return true;
  if (!allowed.some((one) => isMeant(value, one))) return false;
  const entries = entriesOf(spelled(fields, name, value));
  if (!entries) return true;
  const good = allowed.map((one) => spelled(fields, name, one)).flatMap((one) => entriesOf(one) ?? [one]);
  return entries.every((entry) => good.some((one) => means(entry, one)));
}

/**
 * Whether the value means one of those that a rule names.
 * @param named no values are any value; undefined names none
 */
export function isNamed(
  fields: Schema,
  name: string,
  value: unknown,
  named: readonly unknown[] | undefined,
): boolean {
  if (named === undefined) return false;
  if (named.length === 0) return true;
  const sent = spelled(fields, name, value);
  return named.some((one) => means(sent, spelled(fields, name, one)));
}

/** A name that the schema does not know has no other spellings. */
function spelled(fields: Schema, name: string, value: unknown): Spelled {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field === undefined ? [{ single: value }] : spelledAs(field, value);
}

function spelledAs(field: Field, sent: unknown): Spelled {
  const meaning = field instanceof Meant ? field.meaning : {};
  const read = readValue(typeOf(field), sent) ?? sent;
  const list = typeof read === 'string' ? meaning.entries?.(read) : undefined;
  const whole = isList(read) || isMap(read) ? [read] : spellingsOf(meaning, read);
  const forms = [...whole, ...(list ? [list] : [])].map((value) => formOf(meaning, value));
  return isList(sent) || isMap(sent) || sent === read ? forms : [{ single: sent }, ...forms];
}

/** A number is also its text, which a pattern may match. */
function spellingsOf({ spellings }: Meaning, value: unknown): unknown[] {
  const text = value === null || typeof value === 'boolean' ? undefined : readValue('string', value);
  if (typeof text !== 'string') return [value];
  return [value, text, ...(spellings?.(text) ?? [])];
}

function formOf(meaning: Meaning, value: unknown): Form {
  if (isList(value)) return { entries: value.map((entry) => entryOf(meaning, entry)) };
  if (!isMap(value)) return { single: value };
  const members = Object.entries(value).map(([name, member]) => {
    return [name, spelledAs(memberOf(meaning, name), member)] as const;
  });
  return { members: new Map(members) };
}

function memberOf({ members = {} }: Meaning, name: string): Field {
  return (Object.hasOwn(members, name) ? members[name] : members['*']) ?? 'any';
}

function entryOf(meaning: Meaning, entry: unknown): Spelled {
  if (isList(entry) || isMap(entry)) return [formOf(meaning, entry)];
  return spellingsOf(meaning, entry).map((single) => ({ single }));
}

function entriesOf(value: Spelled): Spelled[] | undefined {
  return value.map((form) => ('entries' in form ? form.entries : undefined)).find((entries) => entries);
}

function means(value: Spelled, named: Spelled): boolean {
  return value.some((form) => named.some((one) => covers(form, one)));
}

/**
 * Whether a list or map has all parts of the one that is named; only an empty one has those of an empty one. A single value
 * that is named may be any entry of a list.
 */
function covers(form: Form, named: Form): boolean {
  if ('entries' in form && 'entries' in named) {
    if (named.entries.length === 0) return form.entries.length === 0;
    return named.entries.every((one) => form.entries.some((entry) => means(entry, one)));
  }
  if ('entries' in form) return form.entries.some((entry) => means(entry, [named]));
  if ('members' in form && 'members' in named) {
    if (named.members.size === 0) return form.members.size === 0;
    return [...named.members].every(([name, one]) => means(form.members.get(name) ?? [], one));
  }
  return 'single' in form && 'single' in named && isMeant(form.single, named.single);
}

function isMeant(value: unknown, wanted: unknown): boolean {
  return typeof value === 'string' && typeof wanted === 'string'
    ? matchesGlob(value, wanted)
    : equals(value, wanted);
}

/** A `*` is a wildcard at the start and at the end only. */
function matchesGlob(value: string, glob: string): boolean {
  if (glob === '*') return true;
  const start = glob.startsWith('*') ? 1 : 0;
  const end = glob.endsWith('*') ? -1 : undefined;
  const literal = glob.slice(start, end);
  if (start && end) return value.includes(literal);
  if (start) return value.endsWith(literal);
  return end ? value.startsWith(literal) : value === literal;
}

/** Deep equality of JSON values. Numbers of a request may still be in the notation of the body. */
function equals(value: unknown, wanted: unknown): boolean {
  const plain = JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  if (typeof plain !== 'object' || typeof wanted !== 'object') return plain === wanted;
  if (plain === null || wanted === null || isList(plain) !== isList(wanted)) return plain === wanted;
  const names = Object.keys(wanted);
  return (
    names.length === Object.keys(plain).length && names.every((name) => equalMember(plain, wanted, name))
  );
}

function equalMember(value: object, wanted: object, name: string): boolean {
  return Object.hasOwn(value, name) && equals(Reflect.get(value, name), Reflect.get(wanted, name));
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isList(value) && !JSON.isRawJSON(value);
}
