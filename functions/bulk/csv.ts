/** Reads and writes CSV (RFC 4180): moves with the header `from,to`, and the lines of a report. Pure. */

import { refusal } from '../http/errors.ts';
import { MAX_BULK_MOVES } from '../limits.ts';
import { tooManyMoves } from './errors.ts';

export interface Paths {
  from: string;
  to: string;
}

/**
 * @returns the records after the header, without empty lines
 * @throws VaultError 400 for a wrong header, a record without two fields, an open quote, or too many records
 */
export function readCsv(text: string): Paths[] {
  const [header, ...records] = recordsOf(text);
  if (header?.length !== 2 || header[0]?.trim() !== 'from' || header[1]?.trim() !== 'to')
    throw refusal("the first line of the CSV must be 'from,to'");
  return records.map((fields, i) => {
    const [from, to] = fields;
    if (fields.length !== 2 || from === undefined || to === undefined)
      throw refusal(`record ${i + 1} of the CSV does not have two fields`);
    return { from: withoutMark(from), to: withoutMark(to) };
  });
}

/**
 * What a spreadsheet may take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also behind marks. A
 * single quote in front marks it as text.
 */
const FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/;

/** The value with one more mark, if it needs one, so that a value with a mark of its own is the same after reading. */
function withMark(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}

function withoutMark(field: string): string {
  return field.startsWith("'") && FORMULA.test(field) ? field.slice(1) : field;
}

/** A field, in quotes or not, and what ends it. Inside quotes everything is text, and two quotes are one. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  for (let end: string | undefined; end !== ''; ) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(text);
    if (!found) {
      // The header is not counted as a record.
      const number = records.length;
      throw refusal(`record ${number} of the CSV has a quote that is not closed, or text beside quotes`);
    }
    const [whole, quoted, plain = ''] = found;
    end = found[3];
    at += whole.length;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    const isEmptyLine = record.length === 1 && record[0] === '' && quoted === undefined;
    if (!isEmptyLine) records.push(record);
    if (records.length > MAX_BULK_MOVES + 1) throw tooManyMoves();
    record = [];
  }
  return records;
}

/** One line with its end. A value is quoted only where it needs to be, and never a formula for a spreadsheet. */
export function csvLine(values: string[]): string {
  const fields = values
    .map(withMark)
    .map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
  return `${fields.join(',')}\r\n`;
}
