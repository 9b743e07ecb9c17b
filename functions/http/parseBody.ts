/** From the bytes of a body to its fields, with errors in the words of Go's JSON decoder (contract §2.4). */

import {
  MAX_BODY_BYTES,
  MAX_FORM_FIELDS,
  MAX_JSON_DEPTH,
  MAX_JSON_STRINGS,
  MAX_JSON_VALUES,
} from '../limits.ts';
import { goQuote, refusal, tooLarge } from './errors.ts';
import type { HttpRequest } from './message.ts';

/** Access to the source text of JSON: Node has it since version 22, TypeScript's ES2025 library does not declare it. */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): { readonly rawJSON: string };
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

type Body = Pick<HttpRequest, 'body' | 'headers'>;

/**
 * The body of a request as an object; an empty body has no fields.
 * @param maxStrings how many strings it may have, keys included
 * @throws VaultError 413 for a body that is too large, 400 for one that is not an object in JSON or a form
 */
export function parseBody({ body, headers }: Body, maxStrings = MAX_JSON_STRINGS): Record<string, unknown> {
  const text = bodyText(body, true);
  if (text.trim() === '') return {};
  return isForm(headers['content-type'], text) ? formFields(text) : jsonObject(text, maxStrings);
}

/**
 * The body of a request as text.
 * @param ignoreBOM whether a byte order mark at the beginning is a character like any other
 * @throws VaultError 413 for a body that is too large, 400 for one that is not UTF-8
 */
export function bodyText(body: Buffer, ignoreBOM = false): string {
  if (body.length > MAX_BODY_BYTES) throw tooLarge('http: request body too large');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM }).decode(body);
  } catch {
    throw undecodable('invalid UTF-8');
  }
}

/** curl sends its `--data` as a form, JSON or not: the first character decides. */
function isForm(contentType: string | undefined, text: string): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded' && !/^[ \t\r\n]*[{[]/.test(text);
}

/** @throws VaultError 400 for an escape that is none, for a semicolon, which some take for a separator, for too much */
function formFields(text: string): Record<string, unknown> {
  const isTooMuch = text.split('&', MAX_FORM_FIELDS + 1).length > MAX_FORM_FIELDS;
  if (isTooMuch || /%(?![0-9a-f]{2})|;/i.test(text)) throw refusal('error parsing form data');
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(fields);
}

function jsonObject(text: string, maxStrings: number): Record<string, unknown> {
  refuseComplexity(text, maxStrings);
  const value = parseJson(text);
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value) && !JSON.isRawJSON(value)) {
    return value as Record<string, unknown>;
  }
  throw undecodable(`json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`);
}

/**
 * Parses JSON. A number that JavaScript would change is kept as it was written, so that it round-trips exactly. Half
 * of a surrogate pair (an escape can name one) is refused, because the store cannot hold it.
 * @throws VaultError 400 for what is not JSON
 */
export function parseJson(text: string): unknown {
  let isWellFormed = true;
  const value = parse(text, (key, value, context) => {
    isWellFormed &&= key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed());
    if (typeof value !== 'number' || context.source === undefined || String(value) === context.source)
      return value;
    return JSON.rawJSON(context.source);
  });
  if (!isWellFormed) throw undecodable('invalid surrogate pair in string');
  return value;
}

function parse(text: string, revive: Parameters<typeof JSON.parse>[1]): unknown {
  try {
    return JSON.parse(text, revive);
  } catch (error) {
    throw undecodable(goSyntaxError(text, error as SyntaxError));
  }
}

/**
 * Counts strings, values and levels in one pass, before anything is built from the text. The body is read before the token
 * is known (contract §2.2), so it must be cheap for everybody.
 */
function refuseComplexity(text: string, maxStrings: number): void {
  let strings = 0;
  let values = 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
      if (++strings > maxStrings) throw complex('exceeded maximum number of strings');
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) throw complex('exceeded maximum depth');
      values++;
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x2c) values++;
    if (values > MAX_JSON_VALUES) throw complex('exceeded maximum number of values');
  }
}

function complex(what: string) {
  return refusal(`refused JSON input due to high complexity: ${what}`);
}

function undecodable(why: string) {
  return refusal(`failed to decode JSON input: ${why}`);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
}

/** V8's message → the place that Go would name. The first match counts. */
const PLACES: [RegExp, string][] = [
  [/Expected ':'/, 'after object key'],
  [/property name/, 'looking for beginning of object key string'],
  [/after property value/, 'after object key:value pair'],
  [/after array element/, 'after array element'],
  [/control character/, 'in string literal'],
  [/escape/, 'in string escape code'],
  [/after JSON/, 'after top-level value'],
  [/number/, 'in numeric literal'],
];

/**
 * Says what is wrong in Go's words, which Vault's clients know. It shows one character at most: the rest may be secret
 * (R9).
 */
function goSyntaxError(text: string, { message }: SyntaxError): string {
  const character = offender(text, message);
  if (character === undefined) return 'unexpected EOF';
  const place = PLACES.find(([pattern]) => pattern.test(message))?.[1] ?? 'looking for beginning of value';
  return `invalid character ${quoted(character)} ${place}`;
}

function offender(text: string, message: string): string | undefined {
  if (/Unexpected end|Unterminated/.test(message)) return undefined;
  const token = /^Unexpected token '(.+?)',/su.exec(message)?.[1];
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  const codePoint = text.codePointAt(position);
  return token ?? (codePoint === undefined ? undefined : String.fromCodePoint(codePoint));
}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  return `'${goQuote(character).slice(1, -1).replace('\\"', '"')}'`;
}
