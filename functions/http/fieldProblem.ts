/** Why a value is none that a field takes, in the words of Go's decoder. Of values only short durations are quoted (R9). */

import { durationProblem, parseDuration } from './duration.ts';
import { goQuote } from './errors.ts';
import type { FieldType } from './shape.ts';

/** The types of single values, and their names in Go. */
const GO_TYPES = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  map: 'map[string]interface {}',
} as const;

type Single = keyof typeof GO_TYPES;

/** Lists, and the type of their entries. */
const ENTRIES: Partial<Record<FieldType, Single>> = { list: 'string', texts: 'string', ints: 'int' };

/** @param value one that cannot be converted */
export function fieldProblem(name: string, type: FieldType, value: unknown): string {
  const entry = ENTRIES[type];
  if (entry) return entryProblem(entry, entriesOf(value));
  switch (type) {
    case 'duration':
      return timeProblem(value);
    case 'map':
      return Array.isArray(value) ? badEntries(type, value).join('\n') : problem('', type, value);
    case 'pairs':
      return pairProblem(name, entriesOf(value));
    default:
      return problem('', type as Single, value);
  }
}

function timeProblem(value: unknown): string {
  const kind = kindOf(value);
  if (kind !== 'string' && kind !== 'json.Number') return 'could not parse duration from input';
  const text = textOf(value);
  const seconds = text.startsWith('-') ? parseDuration(text.slice(1)) : undefined;
  return seconds === undefined ? durationProblem(text) : `cannot provide negative value '-${seconds}'`;
}

function pairProblem(name: string, entries: unknown[]): string {
  if (badEntries('string', entries).length > 0) return entryProblem('string', entries);
  const at = entries.findIndex((entry) => !/^[^=]+=/.test(textOf(entry)));
  return `invalid key pair at index ${at} in field ${goQuote(name)}`;
}

function entryProblem(type: Single, entries: unknown[]): string {
  return ['decoding failed due to the following error(s):\n', ...badEntries(type, entries)].join('\n');
}

function badEntries(type: Single, entries: unknown[]): string[] {
  return entries.flatMap((entry, i) => (isGood(type, entry) ? [] : [problem(`[${i}]`, type, entry)]));
}

function isGood(type: Single, value: unknown): boolean {
  const kind = kindOf(value);
  if (type === 'map' || isNested(value)) return kind === GO_TYPES[type];
  return type !== 'int' || /^[+-]?\d{1,15}$/.test(textOf(value));
}

/** @param at the place in a list; empty for a value that is not in one */
function problem(at: string, type: Single, value: unknown): string {
  if (type === 'map' || isNested(value))
    return `'${at}' expected type '${GO_TYPES[type]}', got unconvertible type '${kindOf(value)}'`;
  const parser = type === 'bool' ? 'strconv.ParseBool' : 'strconv.ParseInt';
  const isLong = type === 'int' && /^[+-]?\d+$/.test(textOf(value));
  return `'${at}' cannot parse value as '${type}': ${parser}: ${isLong ? 'value out of range' : 'invalid syntax'}`;
}

function entriesOf(value: unknown): unknown[] {
  if (typeof value === 'string') return value.split(',');
  return Array.isArray(value) ? value : [value];
}

/** A number may be kept as it was written, in an object that has no text of its own. */
function textOf(value: unknown): string {
  return JSON.isRawJSON(value) ? value.rawJSON : String(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isNested(value)) return GO_TYPES.map;
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'json.Number';
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !JSON.isRawJSON(value);
}
