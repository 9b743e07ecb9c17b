/** The report of a run: a line for each move, as JSON or as CSV. */

import { answerBytes } from '../http/envelope.ts';
import { MAX_ANSWER_BYTES, MAX_REPORT_BYTES, REPORT_BATCH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { IdentifiedRow } from './bulkInfo.ts';
import { formatUnknown } from './errors.ts';
import { infoOf, rowsInOrder } from './readBulk.ts';
import type { ReadRun } from './readRun.ts';

export interface Report {
  type: string;
  body: string;
  /** The row after which the next part begins, when the whole report is too long for one answer. */
  next?: number;
}

interface Format {
  type: string;
  header: string;
  line(info: IdentifiedRow): string;
}

const HEADER = [
  'row',
  'migration_id',
  'source_mount',
  'target_mount',
  'status',
  'error_code',
  'error_message',
  'finished_time',
];

const FORMATS: Record<string, Format> = {
  jsonl: { type: 'application/x-ndjson', header: '', line: (info) => `${JSON.stringify(info)}\n` },
  csv: { type: 'text/csv; charset=utf-8', header: csvLine(HEADER), line: (info) => csvLine(valuesOf(info)) },
};

/** The media types a report may have. */
export const REPORT_TYPES = Object.values(FORMATS).map(({ type }) => type.split(';')[0] ?? type);

/**
 * @param after the row behind which the report begins
 * @throws VaultError 400 for an unknown format
 */
export async function reportOf(deps: Deps, read: ReadRun, name = 'jsonl', after = 0): Promise<Report> {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (!format) throw formatUnknown(Object.keys(FORMATS));
  const { type, header, line } = format;
  const rows = (await rowsInOrder(deps, read.run.id)).filter(({ row }) => row > after);
  const lines = [header];
  let bytes = Buffer.byteLength(header);
  let escaped = answerBytes(header);
  for (let i = 0; i < rows.length; i += REPORT_BATCH) {
    for (const info of await infoOf(deps, read, rows.slice(i, i + REPORT_BATCH))) {
      const text = line(info);
      bytes += Buffer.byteLength(text);
      escaped += answerBytes(text);
      if (bytes > MAX_REPORT_BYTES || escaped > MAX_ANSWER_BYTES)
        return { type, body: lines.join(''), next: info.row - 1 };
      lines.push(text);
    }
  }
  return { type, body: lines.join('') };
}

function valuesOf(info: IdentifiedRow): string[] {
  const { error, ...facts } = info;
  const { row, migration_id, source_mount, target_mount, status, finished_time } = facts;
  const outcome = [status, error?.code ?? '', error?.message ?? '', finished_time ?? ''];
  return [String(row), migration_id, source_mount, target_mount, ...outcome];
}

/** RFC 4180: quotes where they are needed, and two for one inside. */
function csvLine(values: string[]): string {
  const fields = values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
  return `${fields.join(',')}\r\n`;
}
