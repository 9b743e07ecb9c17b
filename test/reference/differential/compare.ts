/**
 * Says in which ways two answers differ, as texts that are the same for every difference of one cause: ids, times and
 * names of one run do not show in them. The first value is the reference's. Pure.
 */

import type { Answer } from '../../support/exchange.ts';
import { anonymous } from '../anonymous.ts';

/** Fields whose values nobody can foretell: only their form is compared. */
const VOLATILE = new Set([
  ...['request_id', 'client_token', 'accessor', 'uuid', 'id', 'wrapped_accessor', 'migration_id', 'token'],
  ...['creation_time', 'created_time', 'updated_time', 'deletion_time', 'expire_time', 'issue_time'],
  ...['last_renewal', 'last_renewal_time', 'last_updated_time', 'expiration_time', 'modified', 'key'],
  ...['secret_id', 'secret_id_accessor', 'role_id', 'unlock_key', 'random_bytes'],
  ...['server_time_utc', 'cluster_id', 'cluster_name', 'install_time', 'build_date', 'timestamp_installed'],
]);

/** Seconds that run while the test does. */
const RUNNING = new Set(['ttl', 'lease_duration', 'creation_ttl', 'secret_id_ttl']);
const RUNNING_TOLERANCE_S = 5;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const LONGEST_SHOWN = 110;

export function differencesOf(reference: Answer, ours: Answer): string[] {
  if (reference.status !== ours.status) {
    const texts = `${summaryOf(reference)} ≠ ${summaryOf(ours)}`;
    return [`status ${reference.status} ≠ ${ours.status}: ${texts}`];
  }
  if (reference.json === undefined || ours.json === undefined) {
    const [one, other] = [reference, ours].map(({ text }) => shown(text.trim()));
    return one === other ? [] : [`text ${one} ≠ ${other}`];
  }
  return [...new Set(valueDifferences(reference.json, ours.json, '', ''))];
}

function valueDifferences(one: unknown, other: unknown, path: string, key: string): string[] {
  const differ = `${path}: ${shown(one)} ≠ ${shown(other)}`;
  if (VOLATILE.has(key) && !isNested(one) && !isNested(other))
    return formOf(one) === formOf(other) ? [] : [`${path}: ${formOf(one)} ≠ ${formOf(other)}`];
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return [differ];
    return one.flatMap((value, i) => valueDifferences(value, other[i], `${path}[]`, ''));
  }
  if (isObject(one) && isObject(other)) return fieldDifferences(one, other, path);
  if (RUNNING.has(key) && typeof one === 'number' && typeof other === 'number')
    return Math.abs(one - other) > RUNNING_TOLERANCE_S ? [differ] : [];
  if (typeof one === 'string' && typeof other === 'string') {
    const bothTimes = TIME.test(one) && TIME.test(other);
    return bothTimes || clean(one, key) === clean(other, key) ? [] : [differ];
  }
  return one === other ? [] : [differ];
}

function fieldDifferences(
  one: Record<string, unknown>,
  other: Record<string, unknown>,
  path: string,
): string[] {
  // The mount tables have their data at the top, too: one difference there is enough.
  const isRepeated = isObject(one.data) && Object.keys(one.data).every((name) => name in one);
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const looked = isRepeated && Object.keys(one.data as object).length > 0 ? ['data'] : names;
  return looked.flatMap((name) => {
    const at = path ? `${path}.${labelOf(name)}` : labelOf(name);
    if (!(name in one)) return [`${at}: absent ≠ ${shown(other[name])}`];
    if (!(name in other)) return [`${at}: ${shown(one[name])} ≠ absent`];
    return valueDifferences(one[name], other[name], at, name);
  });
}

/** Names that a sequence has chosen do not make causes of their own. */
function labelOf(name: string): string {
  return /^[a-z_]+$/.test(name) && name.length > 2 ? name : '<name>';
}

/** What a person would read of the answer. */
function summaryOf({ json, text }: Answer): string {
  const said = json?.errors ?? json?.warnings;
  if (Array.isArray(said)) return shown(said.join(' / '));
  return json === undefined ? shown(text) : '<data>';
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const line = clean(text, '').replace(/\s+/g, ' ').replaceAll(' | ', ' ¦ ').trim();
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}

/** Without what no two runs have alike, and no two sequences. */
function clean(text: string, key: string): string {
  const rest = anonymous(text)
    .replace(/\b\d+h59m5\d(\.\d+)?s/g, '<running time>')
    .replace(/diff-[0-9a-f]+-\d+-\d+/g, '<namespace>');
  return key === 'lease_id' ? rest.replace(/\/[^/]*$/, '/…') : rest;
}

function formOf(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  if (value === '') return 'empty';
  if (TIME.test(value)) return value.startsWith('0001') ? 'zero time' : 'time';
  return 'text';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isNested(value) && !Array.isArray(value);
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
