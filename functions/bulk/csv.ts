/** Reads CSV as spreadsheets and people write it. Pure. */

import { CsvError, type Options, parse } from 'csv-parse/sync';
import { goQuote, refusal } from '../http/errors.ts';
import { MAX_BULK_MOVES, MAX_CSV_RECORD } from '../limits.ts';
import { withoutMarks } from './csvLine.ts';

export interface Paths {
  from: string;
  to: string;
}

/** The moves of a CSV text. */
export interface CsvMoves {
  moves: Paths[];
  /** The names of the columns that were not read. */
  ignored: string[];
}

/** Spreadsheets write what separates lists in the language of the person. */
const SEPARATORS = [',', ';', '\t'];

const READING: Options = {
  bom: true,
  comment: '#',
  comment_no_infix: true,
  trim: true,
  skip_empty_lines: true,
  relax_column_count: true,
  max_record_size: MAX_CSV_RECORD,
};

/**
 * The header names the columns `from` and `to`, in any order and case, among others. Lines that begin with `#` are
 * comments.
 * @throws VaultError 400 for a header without the two, a record with more or fewer fields than it, or an open quote
 */
export function readCsv(text: string): CsvMoves {
  const separator = SEPARATORS.find((one) => isHeader(headerOf(text, one))) ?? ',';
  const [header = [], ...records] = recordsOf(text, separator, MAX_BULK_MOVES + 2);
  if (!isHeader(header)) throw headerMissing(header);
  const [from, to] = [header.findIndex(isNamed('from')), header.findIndex(isNamed('to'))];
  const moves = records.map((fields, i) => {
    const [source, target] = [fields[from], fields[to]];
    if (fields.length !== header.length || source === undefined || target === undefined)
      throw refusal(`record ${i + 1} of the CSV does not have as many fields as its header`);
    return { from: withoutMarks(source), to: withoutMarks(target) };
  });
  return { moves, ignored: header.filter((_, i) => i !== from && i !== to) };
}

function headerOf(text: string, separator: string): string[] {
  return recordsOf(text, separator, 1)[0] ?? [];
}

function isHeader(names: string[]): boolean {
  return ['from', 'to'].every((name) => names.filter(isNamed(name)).length === 1);
}

function isNamed(name: string): (column: string) => boolean {
  return (column) => column.toLowerCase() === name;
}

function headerMissing(found: string[]): Error {
  const shown = found.length === 0 ? 'it is empty' : `it begins with ${found.map(goQuote).join(', ')}`;
  return refusal(`the first line of the CSV must name one column "from" and one "to"; ${shown}`);
}

/** @param most records, the header included */
function recordsOf(text: string, delimiter: string, most: number): string[][] {
  try {
    return parse(text, { ...READING, delimiter, to: most });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The header is not counted as a record.
    const where = `record ${error.records} of the CSV`;
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      throw refusal(`${where} is longer than ${MAX_CSV_RECORD} characters`);
    throw refusal(`${where} has a quote that is not closed, or text beside quotes`);
  }
}
