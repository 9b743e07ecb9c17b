/** A report that is too long for one answer; the rows of its run are put into the table, since ten thousand mounts take long. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { planBulk } from '../../functions/bulk/planBulk.ts';
import { rowItems } from '../../functions/bulk/rowRecord.ts';
import { MAX_BULK_MOVES, MAX_REPORT_BYTES } from '../../functions/limits.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';
import { Model, type Spot } from './model.ts';

/** Of these lines, five thousand are just as long as a part may be. */
const LINE_BYTES = MAX_REPORT_BYTES / 5_000;

const ROWS = Array.from({ length: MAX_BULK_MOVES }, (_, i) => i + 1);

interface Format {
  name: string;
  header: string;
  /** A line without the number of its row and without its paths, which end with a slash. */
  bare: string;
}

const ID = 'x'.repeat(36);
const JSON_LINES: Format = {
  name: 'jsonl',
  header: '',
  bare: `{"row":,"migration_id":"${ID}","source_mount":"/","target_mount":"/","status":"skipped","error":null,"finished_time":null}\n`,
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
  // Every part has the header, and only the first row makes up for it: the second part has no room for as many.
  [CSV, [5_000, 4_999, 1]],
])(
  'a report as $name goes on in its next part where a row more would be too much',
  async (format, rowsOfParts) => {
    const id = await endedRun(format);

    const parts = await partsOf(id, format);

    const told = parts.map((part) => rowsIn(part, format));
    expect(told.map(({ length }) => length)).toEqual(rowsOfParts);
    expect(told.flat()).toEqual(ROWS);
    const sizes = parts.map((part) => Buffer.byteLength(part));
    expect(sizes[0]).toBe(MAX_REPORT_BYTES);
    expect(Math.max(...sizes)).toBe(MAX_REPORT_BYTES);
  },
);

/** A run that was cancelled before its first move, as if it had been one of as many moves as there may be. */
async function endedRun(format: Format): Promise<string> {
  const { deps, start, call } = service;
  await placeMount(deps, `${format.name}/`);
  const id = await start({ moves: [{ from: format.name, to: 'elsewhere' }] });
  await call('POST', `sys/remount/bulk/cancel/${id}`);
  await runBulk(deps, id);

  const moves = ROWS.map((row) => spotsOf(row, format));
  const model = new Model(moves.map(([from]) => from));
  const found = moves.map(([from, to], i) => model.row(i + 1, from, to));
  const { chunks, problems } = planBulk(found, model.tree);
  expect(problems).toEqual([]);
  await deps.store.putMany(chunks.flatMap((chunk) => rowItems(id, chunk, 4_000_000_000)));
  return id;
}

/** Paths that make all lines equally long; the first makes up for the header. */
function spotsOf(row: number, { header, bare }: Format): [from: Spot, to: Spot] {
  const taken = bare.length + String(row).length + (row === 1 ? header.length : 0);
  // Letters of two bytes tell bytes from characters.
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
