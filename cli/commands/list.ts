/** `remount list`: migrations or bulk runs, newest first. */

import type { Typed } from '../arguments.ts';
import type { Command, Context } from '../command.ts';
import { EXIT, usage } from '../errors.ts';
import { PATHS } from '../migrations.ts';
import { orIfNotFound } from '../orIfNotFound.ts';
import { migrationTable } from '../render/migration.ts';

const DEFAULT_LIMIT = 50;

/** Options that narrow the list, with the fields of the service's endpoint. */
const FILTERS = { status: 'status', source: 'source', target: 'target', since: 'since', bulk: 'bulk_id' };

interface Listed<T> {
  keys: string[];
  key_info: Record<string, T>;
}

export const list: Command = {
  operands: [],
  summary: 'Lists migrations, newest first.',
  options: {
    status: { value: 'STATUS', help: 'only those in-progress, success or failure' },
    source: { value: 'PATH', help: 'only those from this path' },
    target: { value: 'PATH', help: 'only those to this path' },
    since: { value: 'TIME', help: 'only those accepted since a time, or within a duration such as 24h' },
    bulk: { value: 'ID', help: 'only those of this bulk run' },
    after: { value: 'ID', help: 'those behind this one, for the next page' },
    limit: { value: 'NUMBER', help: `at most so many, ${DEFAULT_LIMIT} when not given` },
  },
  doing: () => 'listing migrations',
  async run(context, typed) {
    const limit = readLimit(typed);
    const filters = Object.entries(FILTERS).map(([option, field]) => [field, typed.text(option)]);
    const query = { ...Object.fromEntries(filters), after: typed.text('after'), limit: String(limit) };
    const asked = context.service.list(PATHS.statuses, { query });
    const { data, warnings } = await orIfNotFound(asked, () => ({
      data: { keys: [], key_info: {} },
      warnings: [],
    }));
    for (const warning of warnings) context.output.note(warning, 'yellow');
    if (context.format === 'json') context.output.json(data);
    else show(context, data, migrationTable, limit);
    return EXIT.done;
  },
};

function show<T>(
  { output }: Context,
  { keys, key_info }: Listed<T>,
  table: (entries: [string, T][]) => string[],
  limit: number,
): void {
  if (keys.length === 0) output.note('There is none.');
  else for (const line of table(keys.map((key) => [key, key_info[key] as T]))) output.line(line);
  if (keys.length === limit) output.note(`There may be more: --after ${keys.at(-1)}`, 'dim');
}

function readLimit(typed: Typed): number {
  const text = typed.text('limit') ?? String(DEFAULT_LIMIT);
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usage('--limit must be a number from 1 to 999999');
}
