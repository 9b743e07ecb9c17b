/** Reads plans written as CSV (RFC 4180) with the header `from,to`. */

import { csvHeader, csvQuotes, csvRecord } from './errors.ts';

export interface Paths {
  from: string;
  to: string;
}

/**
 * @returns the records behind the header, empty lines left out
 * @throws VaultError 400
 */
export function readCsv(text: string): Paths[] {
  const [header, ...records] = recordsOf(text);
  if (header?.length !== 2 || header[0]?.trim() !== 'from' || header[1]?.trim() !== 'to') throw csvHeader();
  return records.map((fields, i) => {
    const [from, to] = fields;
    if (fields.length !== 2 || from === undefined || to === undefined) throw csvRecord(i + 1);
    return { from, to };
  });
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
    // The header is no record of its own.
    if (!found) throw csvQuotes(records.length);
    const [whole, quoted, plain = ''] = found;
    end = found[3];
    at += whole.length;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    const isEmptyLine = record.length === 1 && record[0] === '' && quoted === undefined;
    if (!isEmptyLine) records.push(record);
    record = [];
  }
  return records;
}
