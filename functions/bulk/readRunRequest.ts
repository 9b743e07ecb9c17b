/** Reads the request for a bulk run, and checks all that can be checked without reading the tree. Pure. */

import { refusal, type VaultError } from '../http/errors.ts';
import { type Fields, readFields, type Schema, unknownFields } from '../http/fields.ts';
import type { Call, Synonyms } from '../http/route.ts';
import { Meant, TRIMMED } from '../http/shape.ts';
import { unknownField } from '../http/strangeFields.ts';
import {
  DEFAULT_BULK_CONCURRENCY,
  DEFAULT_CLUSTER_CONCURRENCY,
  MAX_BULK_CONCURRENCY,
  MAX_BULK_MOVES,
} from '../limits.ts';
import type { SentFields } from '../policies/parameters.ts';
import { isPattern } from '../policies/patterns.ts';
import type { Deps } from '../ports/deps.ts';
import {
  CLUSTER_FIELDS,
  type ClusterOptions,
  readClusterOptions,
  refuseClusterFields,
} from '../remount/onCluster.ts';
import { type PolicyMode, readPolicyMode } from '../remount/policyMode.ts';
import { readReason } from '../remount/request.ts';
import { MOUNT_PATH } from '../tree/path.ts';
import { type Paths, readCsv } from './csv.ts';
import { tooManyMoves } from './errors.ts';
import type { Only } from './plan.ts';
import { readCondition } from './unlessChanged.ts';

/** The endpoint that starts runs. The policies of an event or a schedule must allow it. */
export const RUNS_PATH = 'sys/remount/bulk';

/** The fields of every request that starts a run, an undo included. */
export const OPTION_FIELDS = {
  max_concurrency: 'int',
  tolerated_failures: TRIMMED,
  dry_run: 'bool',
  reason: 'string',
  idempotency_key: 'string',
  /** What becomes of the policy rules that the moves make useless. */
  policies: 'string',
  ...CLUSTER_FIELDS,
} as const satisfies Schema;

const MOVES = new Meant('any', { members: { from: MOUNT_PATH, to: MOUNT_PATH } });

export const RUN_FIELDS = {
  moves: MOVES,
  rules: MOVES,
  csv: 'string',
  atomic: 'bool',
  require_namespace: 'bool',
  ...OPTION_FIELDS,
} as const satisfies Schema;

/** The fields of a run that an event or a schedule starts. Nobody waits for an answer, so it cannot be a dry run. */
const { dry_run: _, ...bodyFields } = RUN_FIELDS;
export const RUN_BODY_FIELDS = bodyFields;

/** A CSV text is a list of moves, and so are rules without wildcards. */
export function runSynonyms({ raw }: Pick<Call, 'raw'>): ReturnType<Synonyms> {
  const lists = [plainRules(raw.rules), movesInCsv(raw.csv)];
  return lists.filter((moves) => moves !== undefined).map((moves) => ['moves', moves]);
}

function plainRules(rules: unknown): unknown[] | undefined {
  const plain = Array.isArray(rules) ? rules.filter(isPlainRule) : [];
  return plain.length > 0 ? plain : undefined;
}

function isPlainRule(rule: { from?: unknown } | null): boolean {
  const { from } = rule ?? {};
  return typeof from === 'string' && !isPattern(from);
}

function movesInCsv(csv: unknown): unknown[] | undefined {
  try {
    return typeof csv === 'string' ? readCsv(csv).moves : undefined;
  } catch {
    return undefined;
  }
}

/** The body of a run that an event or a schedule starts, as policies judge it. */
export function sentRun(body: Record<string, unknown>): SentFields {
  return { parameters: body, fields: RUN_BODY_FIELDS, synonyms: () => runSynonyms({ raw: body }) };
}

/** How a run is carried out. */
export interface RunOptions {
  /** How many chunks run at the same time; on a cluster, each of them makes one move at a time. */
  maxConcurrency: number;
  /** A number, or a percentage such as `10%`. When more moves have failed, no further group is started. */
  toleratedFailures: string;
  /** Whether all moves are one transaction. */
  atomic: boolean;
  /** Whether every target has to be in a namespace below that of the request. */
  requireNamespace?: boolean;
  reason?: string | undefined;
  /** Present when a cluster moves the mounts. */
  cluster?: ClusterOptions;
}

/** A move of a request, and the condition that a plan has given to it. */
export type AskedMove = Partial<Paths> & { only?: Only };

/** What a run moves: rows, or rules that are expanded to rows. */
export type MovesOrRules = ({ moves: AskedMove[] } | { rules: Partial<Paths>[] }) & {
  /** The names of the columns of a CSV text that were not read. */
  ignored?: string[];
};

/** The default: a run stops for no number of failures. */
const EVERY_FAILURE = '100%';

/**
 * @param cluster that has the mounts, if one has them
 * @param before the options of the run that is undone; they hold where the request gives none
 * @throws VaultError 400 for an option that is out of range
 */
export function readOptions(
  fields: Fields<Omit<typeof OPTION_FIELDS, 'dry_run'>> &
    Partial<Pick<Fields<typeof RUN_FIELDS>, 'atomic' | 'require_namespace'>>,
  cluster: Deps['cluster'],
  before?: ClusterOptions,
): RunOptions {
  const usual = cluster ? DEFAULT_CLUSTER_CONCURRENCY : DEFAULT_BULK_CONCURRENCY;
  const { max_concurrency: maxConcurrency = usual, atomic = false } = fields;
  const toleratedFailures = fields.tolerated_failures?.trim() || EVERY_FAILURE;
  if (maxConcurrency < 1 || maxConcurrency > MAX_BULK_CONCURRENCY)
    throw refusal(`max_concurrency is a number from 1 to ${MAX_BULK_CONCURRENCY}`);
  if (failureLimit(toleratedFailures, 0) === undefined)
    throw refusal('tolerated_failures is a number, or a percentage such as "10%"');
  const options = {
    maxConcurrency,
    toleratedFailures,
    atomic,
    ...(fields.require_namespace && { requireNamespace: true }),
    reason: readReason(fields.reason),
  };
  if (!cluster) {
    refuseClusterFields(fields);
    return options;
  }
  if (atomic) throw refusal('atomic is not possible on a cluster, which moves one mount after the other');
  return { ...options, cluster: readClusterOptions(fields, before) };
}

/** @returns how many moves of the total may fail; undefined if the text is neither a number nor a percentage */
export function failureLimit(tolerated: string, total: number): number | undefined {
  const [, number, percent] = /^(\d{1,6})(%?)$/.exec(tolerated) ?? [];
  if (number === undefined) return undefined;
  if (!percent) return Number(number);
  return Number(number) <= 100 ? Math.floor((Number(number) * total) / 100) : undefined;
}

/** @throws VaultError 400 unless there is exactly one list, and it can be read */
export function readMovesOrRules({
  moves,
  rules,
  csv,
}: Pick<Fields<typeof RUN_FIELDS>, 'moves' | 'rules' | 'csv'>): MovesOrRules {
  if ([moves, rules, csv].filter((given) => given !== undefined).length !== 1)
    throw refusal("one of 'moves', 'rules' and 'csv' must be specified");
  const asked = csv === undefined ? listed(moves, rules) : readCsv(csv);
  const { length } = 'rules' in asked ? asked.rules : asked.moves;
  if (length > MAX_BULK_MOVES) throw tooManyMoves();
  return asked;
}

function listed(moves: unknown, rules: unknown): MovesOrRules {
  if (rules !== undefined) return { rules: entriesOf(rules, 'rules', RULE_FIELDS).map(pathsOf) };
  const entries = entriesOf(moves, 'moves', MOVE_FIELDS);
  return { moves: entries.map((entry) => ({ ...pathsOf(entry), ...onlyOf(entry) })) };
}

const RULE_FIELDS = { from: 'string', to: 'string' } as const satisfies Schema;
const MOVE_FIELDS = { ...RULE_FIELDS, unless_changed: 'string' } as const satisfies Schema;

type Entry = Record<string, unknown>;

function entriesOf(list: unknown, field: 'moves' | 'rules', schema: Schema): Entry[] {
  if (!Array.isArray(list)) throw notAList(field);
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw notAList(field);
    const [unknown] = unknownFields(schema, entry as Entry);
    if (unknown !== undefined) throw unknownField(schema, unknown, ` in '${field}'`);
    return entry as Entry;
  });
}

function pathsOf({ from, to }: Entry): Partial<Paths> {
  return { ...textAs('from', from), ...textAs('to', to) };
}

/** A condition that cannot be read is not left out: the move would be made without it. */
function onlyOf({ unless_changed: condition }: Entry): Pick<AskedMove, 'only'> {
  if (condition === undefined) return {};
  const only = typeof condition === 'string' ? readCondition(condition) : undefined;
  if (!only) throw refusal("'unless_changed' is the text of that name in the answer to a dry run");
  return { only };
}

function notAList(field: 'moves' | 'rules'): VaultError {
  return refusal(`'${field}' must be a list of objects with 'from' and 'to'`);
}

/** A number counts as the text that was written, as in the fields of a single move. Anything else counts as missing. */
function textAs(name: 'from' | 'to', value: unknown): Partial<Paths> {
  if (JSON.isRawJSON(value)) return { [name]: value.rawJSON };
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : {};
}

/**
 * Reads the body of a run that an event or a schedule starts.
 * @param policiesField in which the client sends what becomes of policy rules
 * @throws VaultError 400 for a body that no run can be started from, whatever is in the tree
 */
export function readRunBody(
  body: Record<string, unknown>,
  cluster: Deps['cluster'],
  policiesField?: string,
): {
  options: RunOptions;
  asked: MovesOrRules;
  policies: PolicyMode;
} {
  const fields = readFields(RUN_BODY_FIELDS, body);
  const policies = readPolicyMode(fields.policies, policiesField);
  return { options: readOptions(fields, cluster), asked: readMovesOrRules(fields), policies };
}
