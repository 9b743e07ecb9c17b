/** The JSON parser's complaints in the words of Go's decoder, which Vault's clients know (contract §2.4). */

/** What V8 says → where Go would say that the character stands. The first that matches counts. */
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

/** Says what is wrong and shows of the text one character at most: the rest may be secret (R9). */
export function goSyntaxError(text: string, { message }: SyntaxError): string {
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
  return `'${JSON.stringify(character).slice(1, -1).replace('\\"', '"')}'`;
}
