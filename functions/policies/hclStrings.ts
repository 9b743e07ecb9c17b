/** Reads the quoted strings and heredocs of HCL 1, and the strings of JSON. Pure. */

import { PolicySyntaxError } from './policySyntaxError.ts';

interface Read {
  value: string;
  /** Index of the first character after the string. */
  end: number;
}

const STOP = /["\\\n]|\$\{/g;
const BRACE = /[{}]/g;
const ESCAPE = /[abfnrtv\\"/]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}/y;
const HEREDOC = /<<(-?)([\p{L}\p{Nd}_]+)\r?\n/uy;

const SHORT_ESCAPES = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/**
 * @param at index of the opening quote
 * @throws PolicySyntaxError
 */
export function readString(text: string, at: number, line: number, json: boolean): Read {
  let value = '';
  let end = at + 1;
  for (;;) {
    STOP.lastIndex = end;
    const stop = STOP.exec(text);
    if (stop === null || stop[0] === '\n') throw new PolicySyntaxError('literal not terminated', line);
    value += text.slice(end, stop.index);
    end = STOP.lastIndex;
    if (stop[0] === '"') break;
    const part = stop[0] === '\\' ? readEscape(text, end, line) : readDollar(text, end, line, json);
    value += part.value;
    end = part.end;
  }
  if (!value.isWellFormed()) throw new PolicySyntaxError('illegal char escape', line);
  return { value, end };
}

/** Bytes above 0x7f are refused: one byte alone is no character, and paths are compared by characters. */
function readEscape(text: string, at: number, line: number): Read {
  ESCAPE.lastIndex = at;
  const code = ESCAPE.exec(text)?.[0] ?? '';
  const end = at + code.length;
  if (code.length === 1) return { value: SHORT_ESCAPES.get(code) ?? code, end };
  const point = /^\d/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
  const largest = /^[uU]/.test(code) ? 0x10ffff : 0x7f;
  if (code === '' || point > largest) throw new PolicySyntaxError('illegal char escape', line);
  return { value: String.fromCodePoint(point), end };
}

/** HCL 1 keeps `${…}` as it is written, quotes and newlines included. */
function readDollar(text: string, at: number, line: number, json: boolean): Read {
  if (json) return { value: '${', end: at };
  BRACE.lastIndex = at;
  for (let open = 1; open > 0; ) {
    const brace = BRACE.exec(text);
    if (brace === null) throw new PolicySyntaxError('literal not terminated', line);
    open += brace[0] === '{' ? 1 : -1;
  }
  return { value: `\${${text.slice(at, BRACE.lastIndex)}`, end: BRACE.lastIndex };
}

/**
 * @param at index of `<<`
 * @throws PolicySyntaxError
 */
export function readHeredoc(text: string, at: number, line: number): Read {
  HEREDOC.lastIndex = at;
  const [, dash, anchor] = HEREDOC.exec(text) ?? [];
  if (anchor === undefined) throw new PolicySyntaxError('invalid characters in heredoc anchor', line);
  const start = HEREDOC.lastIndex;
  for (let lineStart = start; lineStart < text.length; ) {
    const newline = text.indexOf('\n', lineStart);
    const end = newline < 0 ? text.length : newline;
    const candidate = text.slice(lineStart, end);
    if (candidate.trim() === anchor) {
      const body = text.slice(start, lineStart);
      return { value: dash ? unindent(body, candidate.slice(0, candidate.indexOf(anchor))) : body, end };
    }
    lineStart = end + 1;
  }
  throw new PolicySyntaxError('heredoc not terminated', line);
}

/** Removes the indentation of the closing anchor from every line, unless a line has less. */
function unindent(body: string, indent: string): string {
  const lines = body.split('\n');
  const last = lines.pop();
  if (!lines.every((line) => line.startsWith(indent))) return body;
  return [...lines.map((line) => line.slice(indent.length)), last].join('\n');
}
