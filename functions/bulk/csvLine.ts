/** Writes a line of CSV (RFC 4180), for reports, and for the page. Pure. */

/**
 * What a spreadsheet may take for a formula (https://owasp.org/www-community/attacks/CSV_Injection): at the beginning of a value, and
 * after a character that ends a cell for a reader with other settings. A single quote in front marks it as text.
 */
const CELL = String.raw`(?<=^|[,;|\t\r\n])`;
const FORMULA = String.raw`(?=[' ]*[=+\-@＝＋－＠\t\r\n])`;
const UNMARKED = new RegExp(CELL + FORMULA, 'g');
const MARKED = new RegExp(`${CELL}'${FORMULA}`, 'g');

/** The value with one more mark for each formula, so that a value with marks of its own is the same after reading. */
function withMarks(value: string): string {
  return value.replace(UNMARKED, "'");
}

/** The value of a field that was read. */
export function withoutMarks(field: string): string {
  return field.replace(MARKED, '');
}

/**
 * Without quotes, blanks at the ends are no part of a value, what begins with `#` is a comment, and each of the characters
 * that readers take for a separator ends a value.
 */
const NEEDS_QUOTES = /[",;\t\r\n#]|^\s|\s$/;

/** One line with its end. A value is quoted only where it needs to be, and never a formula for a spreadsheet. */
export function csvLine(values: string[]): string {
  const fields = values
    .map(withMarks)
    .map((value) => (NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
  return `${fields.join(',')}\r\n`;
}
