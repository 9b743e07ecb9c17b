/** `remount list`: migrations or bulk runs, newest first. */

import { orIfNotFound } from '../api/found.ts';
import { PATHS } from '../api/migrations.ts';
import { RUN_PATHS } from '../api/runs.ts';
import type { Typed } from '../arguments.ts';
import { type Command, LIMIT_OPTION, readLimit } from '../command.ts';
import { EXIT, usage } from '../errors.ts';
import { migrationTable } from '../render/migration.ts';
import { runTable } from '../render/run.ts';

/** Options that filter migrations, with the fields of the service's endpoint. */
const FILTERS = { status: 'status', source: 'source', target: 'target', since: 'since', bulk: 'bulk_id' };

export const list: Command = {
  operands: [],
  summary: 'Lists migrations or bulk runs, newest first.',
  options: {
    status: { value: 'in-progress|success|failure', help: 'only those with this status' },
    source: { value: 'PATH', help: 'only those with this text in the path they come from, in any case' },
    target: { value: 'PATH', help: 'only those with this text in the path they go to, in any case' },
    since: { value: 'TIME', help: 'only those accepted since a time, or within a duration such as 24h' },
    bulk: { value: 'ID', help: 'only those of this bulk run' },
    runs: { help: 'bulk runs instead of migrations; without filters' },
    after: { value: 'ID', help: 'starts after this one, for the next page' },
    ...LIMIT_OPTION,
  },
  doing: () => 'listing migrations',
  async run({ service, output, format }, typed) {
    const limit = readLimit(typed);
    const query = { ...readFilters(typed), after: typed.text('after'), limit: String(limit) };
    const areRuns = typed.isSet('runs');
    const asked = service.list(areRuns ? RUN_PATHS.runs : PATHS.statuses, { query });
    const none = { data: { keys: [], key_info: {} } };
    const { data } = await orIfNotFound(asked, () => none);
    if (format === 'json') {
      output.json(data);
      return EXIT.done;
    }
    const entries = data.keys.map((key: string) => [key, data.key_info[key]]);
    if (entries.length === 0) output.note('None found.');
    else for (const line of (areRuns ? runTable : migrationTable)(entries, output.width)) output.line(line);
    if (entries.length === limit) output.note(`There may be more: --after ${data.keys.at(-1)}`, 'dim');
    return EXIT.done;
  },
};

function readFilters(typed: Typed): Record<string, string | undefined> {
  const filters = Object.entries(FILTERS).map(([option, field]) => [field, typed.text(option)] as const);
  if (typed.isSet('runs') && filters.some(([, text]) => text !== undefined)) {
    throw usage('--runs can be used only with --after and --limit');
  }
  return Object.fromEntries(filters);
}
