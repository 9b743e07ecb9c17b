/** Parses the part of HCL 1 that policies use, and their JSON form, into one tree (contract §5.2). Pure. */

import { goQuote } from '../http/errors.ts';
import { MAX_HCL_DEPTH, MAX_POLICY_BYTES } from '../limits.ts';
import { type HclToken, tokenize } from './hclTokens.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';
import type { Span } from './splices.ts';

export type HclValue = string | number | boolean | null | HclValue[] | HclObject;

/** Entries in order; keys may repeat. `path "a" { }` is the entry `path`, an object with one entry `a`. */
export interface HclObject {
  entries: HclEntry[];
}

export interface HclEntry {
  key: string;
  value: HclValue;
  line: number;
  /** Where the key is. */
  name: Span;
  /** Where the whole statement is. An entry under a label shares that of its block. */
  statement: Span;
}

interface Cursor {
  readonly tokens: HclToken[];
  readonly json: boolean;
  next: number;
}

/**
 * Takes time linear in the length of the text. A text that begins with `{` is JSON.
 * @throws PolicySyntaxError and nothing else
 */
export function parseHcl(text: string): HclObject {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) {
    throw new PolicySyntaxError(`text is longer than ${MAX_POLICY_BYTES} bytes`);
  }
  if (!text.isWellFormed()) throw new PolicySyntaxError('illegal UTF-8 encoding');
  const json = isJson(text);
  const cursor: Cursor = { tokens: tokenize(text, json), json, next: json ? 1 : 0 };
  const root = parseEntries(cursor, json ? '}' : 'end', 1);
  if (json && peek(cursor).kind !== 'end') throw unexpected(cursor, 'the end');
  return root;
}

export function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

export function isHclObject(value: HclValue): value is HclObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseEntries(cursor: Cursor, close: '}' | 'end', depth: number): HclObject {
  checkDepth(cursor, depth);
  const entries: HclEntry[] = [];
  while (peek(cursor).kind !== close) {
    entries.push(parseEntry(cursor, depth));
    if (peek(cursor).kind === ',') cursor.next++;
  }
  cursor.next++;
  return { entries };
}

function parseEntry(cursor: Cursor, depth: number): HclEntry {
  const keys = parseKeys(cursor);
  const [first, ...labels] = keys;
  if (first === undefined) throw unexpected(cursor, 'a key');
  const { kind } = peek(cursor);
  if (labels.length === 0 && (kind === ':' || (kind === '=' && !cursor.json))) {
    cursor.next++;
    return entryOf(first, parseValue(cursor, depth + 1), statementFrom(first, cursor));
  }
  if (kind !== '{' || cursor.json) throw unexpected(cursor, cursor.json ? '":"' : 'a value or a block');
  cursor.next++;
  const body = parseEntries(cursor, '}', depth + keys.length);
  const statement = statementFrom(first, cursor);
  const underLabel = (inner: HclObject, label: HclToken) => ({ entries: [entryOf(label, inner, statement)] });
  return entryOf(first, labels.reduceRight(underLabel, body), statement);
}

function entryOf(key: HclToken, value: HclValue, statement: Span): HclEntry {
  const { text, line, start, end } = key;
  return { key: text, value, line, name: { start, end }, statement };
}

/** From a token to the one that was read last. */
function statementFrom({ start }: HclToken, { tokens, next }: Cursor): Span {
  return { start, end: tokens[next - 1]?.end ?? start };
}

function parseKeys(cursor: Cursor): HclToken[] {
  const start = cursor.next;
  while (peek(cursor).kind === 'string' || (peek(cursor).kind === 'word' && !cursor.json)) cursor.next++;
  return cursor.tokens.slice(start, cursor.next);
}

function parseValue(cursor: Cursor, depth: number): HclValue {
  const token = peek(cursor);
  cursor.next++;
  if (token.kind === 'string' || token.kind === 'heredoc') return token.text;
  if (token.kind === 'number') return parseNumber(token);
  if (token.kind === '{') return parseEntries(cursor, '}', depth);
  if (token.kind === '[') return parseList(cursor, depth);
  if (token.kind === 'word' && token.text === 'true') return true;
  if (token.kind === 'word' && token.text === 'false') return false;
  if (token.kind === 'word' && token.text === 'null' && cursor.json) return null;
  cursor.next--;
  throw unexpected(cursor, 'a value');
}

function parseList(cursor: Cursor, depth: number): HclValue[] {
  checkDepth(cursor, depth);
  const items: HclValue[] = [];
  while (peek(cursor).kind !== ']') {
    items.push(parseValue(cursor, depth + 1));
    if (peek(cursor).kind === ',') cursor.next++;
    else if (peek(cursor).kind !== ']') throw unexpected(cursor, '"," or "]"');
  }
  cursor.next++;
  return items;
}

/** Go's notation: `0x` is hexadecimal, another leading zero octal. */
function parseNumber({ text, line }: HclToken): number {
  const digits = text.replace(/^-/, '');
  const octal = /^0\d+$/.test(digits);
  const size =
    octal && /[89]/.test(digits) ? Number.NaN : octal ? Number.parseInt(digits, 8) : Number(digits);
  if (!Number.isFinite(size)) throw new PolicySyntaxError(`illegal number ${goQuote(text)}`, line);
  return text.startsWith('-') ? -size : size;
}

function checkDepth(cursor: Cursor, depth: number): void {
  if (depth > MAX_HCL_DEPTH) {
    throw new PolicySyntaxError(`more than ${MAX_HCL_DEPTH} levels`, peek(cursor).line);
  }
}

/** The next token; after the last one it stays `end`. */
function peek(cursor: Cursor): HclToken {
  return (cursor.tokens[cursor.next] ?? cursor.tokens.at(-1)) as HclToken;
}

function unexpected(cursor: Cursor, wanted: string): PolicySyntaxError {
  const { kind, text, line } = peek(cursor);
  return new PolicySyntaxError(`expected ${wanted}, got ${kind === 'end' ? 'the end' : goQuote(text)}`, line);
}
