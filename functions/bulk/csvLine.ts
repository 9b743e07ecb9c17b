/** Writes a line of CSV (RFC 4180), for reports, and for the page. Pure. */

/**
 * What a spreadsheet may take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also behind marks. A
 * single quote in front marks it as text.
 */
const FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/;

/** The value with one more mark, if it needs one, so that a value with a mark of its own is the same after reading. */
function withMark(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}

/** The value of a field that was read. */
export function withoutMark(field: string): string {
  return field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field;
}

/**
 * Without quotes, blanks at the ends are no part of a value, what begins with `#` is a comment, and each of the characters
 * that readers take for a separator ends a value.
 */
const NEEDS_QUOTES = /[",;\t\r\n#]|^\s|\s$/;

/** One line with its end. A value is quoted only where it needs to be, and never a formula for a spreadsheet. */
export function csvLine(values: string[]): string {
  const fields = values
    .map(withMark)
    .map((value) => (NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
  return `${fields.join(',')}\r\n`;
}
