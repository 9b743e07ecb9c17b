/** A report that is too long for one answer. The rows are written to the table directly, because placing ten thousand mounts takes long. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { planMoves } from '../../functions/bulk/planMoves.ts';
import { rowItems } from '../../functions/bulk/rowRecord.ts';
import { MAX_BULK_MOVES, MAX_REPORT_BYTES } from '../../functions/limits.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';
import { Model, type Spot } from './model.ts';

/** Five thousand lines of this length are exactly as long as a part may be. */
const LINE_BYTES = MAX_REPORT_BYTES / 5_000;

const ROWS = Array.from({ length: MAX_BULK_MOVES }, (_, i) => i + 1);

interface Format {
  name: string;
  header: string;
  /** A line without the number of its row and without its paths, except their trailing slashes. */
  bare: string;
}

const ID = 'x'.repeat(36);
const JSON_LINES: Format = {
  name: 'jsonl',
  header: '',
  bare: `{"row":,"migration_id":"${ID}","source_mount":"/","target_mount":"/","source_namespace":"","target_namespace":"","status":"skipped","error":null,"finished_time":null}\n`,
};
const CSV: Format = {
  name: 'csv',
  header: 'row,migration_id,source_mount,target_mount,status,error_code,error_message,finished_time\r\n',
  bare: `,${ID},/,/,skipped,,,\r\n`,
};

let service: BulkService;
beforeAll(async () => {
  service = await bulkService();
});
afterAll(() => service.stop());

it.each([
  [JSON_LINES, [5_000, 5_000]],
  // Every part has the header. Only the first row is shortened by as much, so the second part has room for one row less.
  [CSV, [5_000, 4_999, 1]],
])(
  'a report as $name continues in the next part when another row would be too much',
  async (format, rowsOfParts) => {
    const id = await endedRun(format);

    const parts = await partsOf(id, format);

    const rows = parts.map((part) => rowsIn(part, format));
    expect(rows.map(({ length }) => length)).toEqual(rowsOfParts);
    expect(rows.flat()).toEqual(ROWS);
    const sizes = parts.map((part) => Buffer.byteLength(part));
    expect(sizes[0]).toBe(MAX_REPORT_BYTES);
    expect(Math.max(...sizes)).toBe(MAX_REPORT_BYTES);
  },
);

/** A run of the most moves there may be, cancelled before its first move. */
async function endedRun(format: Format): Promise<string> {
  const { deps, start, call } = service;
  await placeMount(deps, `${format.name}/`);
  const id = await start({ moves: [{ from: format.name, to: 'elsewhere' }] });
  await call('POST', `sys/remount/bulk/cancel/${id}`);
  await runBulk(deps, id);

  const moves = ROWS.map((row) => spotsOf(row, format));
  const model = new Model(moves.map(([from]) => from));
  const found = moves.map(([from, to], i) => model.row(i + 1, from, to));
  const { chunks, problems } = planMoves(found, model.tree);
  expect(problems).toEqual([]);
  await deps.store.putMany(chunks.flatMap((chunk) => rowItems(id, chunk, 4_000_000_000)));
  return id;
}

/** Paths that make all lines equally long; the first line is shortened by the length of the header. */
function spotsOf(row: number, { header, bare }: Format): [from: Spot, to: Spot] {
  const taken = bare.length + String(row).length + (row === 1 ? header.length : 0);
  // Letters of two bytes make a difference between bytes and characters.
  const from = `from-${row}-${'ü'.repeat(225)}`;
  const to = `to-${row}-`;
  return [
    [ROOT, from],
    [ROOT, to.padEnd(LINE_BYTES - taken - Buffer.byteLength(from), 'x')],
  ];
}

/** All parts of a report: each names the next. */
async function partsOf(id: string, { name }: Format): Promise<string[]> {
  const parts: string[] = [];
  let query: URLSearchParams | undefined = new URLSearchParams({ format: name });
  while (query) {
    const { status, text, headers } = await service.call('GET', `sys/remount/bulk/report/${id}`, {
      query: Object.fromEntries([...query].map(([field, value]) => [field, [value]])),
    });
    expect(status).toBe(200);
    parts.push(text);
    const [, next] = /^<\?(.+)>; rel="next"$/.exec(headers.Link ?? '') ?? [];
    query = next === undefined ? undefined : new URLSearchParams(next);
  }
  return parts;
}

/** The numbers of the rows of a part, which is nothing but its header and whole lines. */
function rowsIn(part: string, { header }: Format): number[] {
  expect(part.slice(0, header.length)).toBe(header);
  expect(part.endsWith('\n')).toBe(true);
  const lines = part.slice(header.length).trimEnd().split('\n');
  return lines.map((line) => Number(/\d+/.exec(line)));
}
