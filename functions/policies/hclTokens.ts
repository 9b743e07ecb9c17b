/** Splits the text of a policy into tokens, in one pass. Pure. */

import { goQuote } from '../http/errors.ts';
import { readHeredoc, readString } from './hclStrings.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';
import type { Span } from './splices.ts';

type Punctuation = '{' | '}' | '[' | ']' | '=' | ':' | ',';

export interface HclToken extends Span {
  kind: 'word' | 'string' | 'heredoc' | 'number' | 'end' | Punctuation;
  /** The value of a string, without quotes and escapes; for other tokens their source text. */
  text: string;
  line: number;
}

/** The text, and the position in it. */
interface Scan {
  readonly text: string;
  at: number;
  line: number;
}

const BLANK = /[ \t\r\n]+/y;
const LINE_COMMENT = /(?:#|\/\/)[^\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{Nd}_.-]*/uy;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y;
const PUNCTUATION = /[{}[\]=:,]/y;

/**
 * @param json whether strings are JSON strings, in which `${` has no meaning
 * @returns the tokens, the last of which is `end`
 * @throws PolicySyntaxError
 */
export function tokenize(text: string, json: boolean): HclToken[] {
  const scan: Scan = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  const tokens: HclToken[] = [];
  while (skipBlank(scan)) {
    const start = scan.at;
    tokens.push({ ...readToken(scan, json), start, end: scan.at });
  }
  tokens.push({ kind: 'end', text: '', line: scan.line, start: scan.at, end: scan.at });
  return tokens;
}

/** @returns whether any text is left */
function skipBlank(scan: Scan): boolean {
  while (match(scan, BLANK) ?? match(scan, LINE_COMMENT) ?? blockComment(scan));
  return scan.at < scan.text.length;
}

function blockComment(scan: Scan): string | undefined {
  if (!scan.text.startsWith('/*', scan.at)) return undefined;
  const end = scan.text.indexOf('*/', scan.at + 2);
  if (end < 0) throw new PolicySyntaxError('comment not terminated', scan.line);
  return advance(scan, end + 2);
}

type Unplaced = Omit<HclToken, keyof Span>;

function readToken(scan: Scan, json: boolean): Unplaced {
  const { text, at, line } = scan;
  if (text[at] === '"') return valueToken(scan, 'string', readString(text, at, line, json));
  if (text.startsWith('<<', at)) return valueToken(scan, 'heredoc', readHeredoc(text, at, line));
  const punctuation = match(scan, PUNCTUATION) as Punctuation | undefined;
  if (punctuation !== undefined) return { kind: punctuation, text: punctuation, line };
  const word = match(scan, WORD);
  if (word !== undefined) return { kind: 'word', text: word, line };
  const number = match(scan, NUMBER);
  if (number !== undefined) return { kind: 'number', text: number, line };
  throw new PolicySyntaxError(
    `illegal character ${goQuote(String.fromCodePoint(text.codePointAt(at) ?? 0))}`,
    line,
  );
}

function valueToken(scan: Scan, kind: 'string' | 'heredoc', read: { value: string; end: number }): Unplaced {
  const { line } = scan;
  advance(scan, read.end);
  return { kind, text: read.value, line };
}

function match(scan: Scan, pattern: RegExp): string | undefined {
  pattern.lastIndex = scan.at;
  return pattern.test(scan.text) ? advance(scan, pattern.lastIndex) : undefined;
}

/** Moves to a later position, and counts the lines in between. */
function advance(scan: Scan, to: number): string {
  const passed = scan.text.slice(scan.at, to);
  for (let i = passed.indexOf('\n'); i >= 0; i = passed.indexOf('\n', i + 1)) scan.line++;
  scan.at = to;
  return passed;
}
