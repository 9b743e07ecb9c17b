/** The report of a run: one line for each row, as JSON or CSV. */

import { answerBytes } from '../http/envelope.ts';
import { refusal } from '../http/errors.ts';
import { MAX_ANSWER_BYTES, MAX_REPORT_BYTES, REPORT_BATCH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { IdentifiedRow } from './bulkInfo.ts';
import { csvLine } from './csvLine.ts';
import { type RunState, readRunRows } from './readRun.ts';
import { rowInfos } from './runLists.ts';

export interface Report {
  type: string;
  body: string;
  /** Set when the report is too long for one answer: the row after which the next part begins. */
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
 * @param after the row after which the report begins
 * @throws VaultError 400 for an unknown format
 */
export async function reportOf(
  { store }: Pick<Deps, 'store'>,
  state: RunState,
  name = 'jsonl',
  after = 0,
): Promise<Report> {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (!format) throw refusal(`format is one of ${Object.keys(FORMATS).join(', ')}`);
  const { type, header, line } = format;
  const rows = (await readRunRows(store, state.run.id)).filter(({ row }) => row > after);
  const lines = [header];
  let bytes = Buffer.byteLength(header);
  let escaped = answerBytes(header);
  for (let i = 0; i < rows.length; i += REPORT_BATCH) {
    for (const info of await rowInfos(store, state, rows.slice(i, i + REPORT_BATCH))) {
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
