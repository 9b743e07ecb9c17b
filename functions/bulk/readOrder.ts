/** What a request for a bulk run asks for, read and checked as far as that goes without a look at the tree. Pure. */

import type { Fields, Schema } from '../http/fields.ts';
import { DEFAULT_BULK_CONCURRENCY, MAX_BULK_CONCURRENCY, MAX_BULK_MOVES } from '../limits.ts';
import { readReason } from '../remount/request.ts';
import { type Paths, readCsv } from './csv.ts';
import {
  concurrencyOutOfRange,
  notAList,
  oneSourceOfMoves,
  toleranceUnreadable,
  tooManyMoves,
} from './errors.ts';

/** The fields of every request that starts a run. */
export const WISH_FIELDS = {
  max_concurrency: 'int',
  tolerated_failures: 'string',
  dry_run: 'bool',
  reason: 'string',
  idempotency_key: 'string',
} as const satisfies Schema;

export const BULK_FIELDS = {
  moves: 'any',
  rules: 'any',
  csv: 'string',
  atomic: 'bool',
  ...WISH_FIELDS,
} as const satisfies Schema;

/** How a run is to be carried out. */
export interface Wishes {
  maxConcurrency: number;
  /** Failures after which nothing more is begun: a number, or a percentage such as `10%`. */
  toleratedFailures: string;
  dryRun: boolean;
  atomic: boolean;
  reason?: string | undefined;
}

/** Where the rows of a run come from. */
export type Asked = { moves: Partial<Paths>[] } | { rules: Partial<Paths>[] };

/** As many as there are: a run stops only where the request says so. */
const EVERY_FAILURE = '100%';

/** @throws VaultError 400 */
export function readWishes(fields: Fields<typeof WISH_FIELDS> & { atomic?: boolean | undefined }): Wishes {
  const { max_concurrency: maxConcurrency = DEFAULT_BULK_CONCURRENCY, atomic = false } = fields;
  const toleratedFailures = fields.tolerated_failures?.trim() || EVERY_FAILURE;
  if (maxConcurrency < 1 || maxConcurrency > MAX_BULK_CONCURRENCY) throw concurrencyOutOfRange();
  if (failureLimit(toleratedFailures, 0) === undefined) throw toleranceUnreadable();
  const reason = readReason(fields.reason);
  return { maxConcurrency, toleratedFailures, dryRun: fields.dry_run ?? false, atomic, reason };
}

/** @returns how many of so many moves may fail; undefined for what is no such number */
export function failureLimit(tolerated: string, total: number): number | undefined {
  const [, number, percent] = /^(\d{1,6})(%?)$/.exec(tolerated) ?? [];
  if (number === undefined) return undefined;
  if (!percent) return Number(number);
  return Number(number) <= 100 ? Math.floor((Number(number) * total) / 100) : undefined;
}

/** @throws VaultError 400 */
export function readAsked({
  moves,
  rules,
  csv,
}: Pick<Fields<typeof BULK_FIELDS>, 'moves' | 'rules' | 'csv'>): Asked {
  if ([moves, rules, csv].filter((given) => given !== undefined).length !== 1) throw oneSourceOfMoves();
  const asked = csv === undefined ? pathsOf(moves ?? rules, moves ? 'moves' : 'rules') : readCsv(csv);
  if (asked.length > MAX_BULK_MOVES) throw tooManyMoves();
  return rules === undefined ? { moves: asked } : { rules: asked };
}

function pathsOf(list: unknown, field: 'moves' | 'rules'): Partial<Paths>[] {
  if (!Array.isArray(list)) throw notAList(field);
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw notAList(field);
    const { from, to } = entry as Record<string, unknown>;
    return { ...textAs('from', from), ...textAs('to', to) };
  });
}

/** A number is taken as it is written, as in the fields of a single move; anything else is missing. */
function textAs(name: 'from' | 'to', value: unknown): Partial<Paths> {
  if (JSON.isRawJSON(value)) return { [name]: value.rawJSON };
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : {};
}
