/** Durations and times as Vault reads and shows them (contract §2.4). A duration is in seconds or in Go's notation. */

import { MAX_DURATION_LENGTH, MAX_DURATION_S } from '../limits.ts';
import { goQuote } from './errors.ts';
import { Meant } from './shape.ts';

const UNITS = 'ns|us|µs|ms|s|m|h';

const NUMBER = '(\\d+\\.?\\d*|\\.\\d+)';

/** A number with its unit, in Go's notation. */
const PART = `${NUMBER}(${UNITS})`;

/** Days are no unit of Go, and only stand alone. */
const DURATION = new RegExp(`^\\+?(\\d+d|(${PART})+)$`);

const AMOUNTS = new RegExp(`${NUMBER}(${UNITS}|d)`, 'g');

const UNIT_SECONDS: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
};

/**
 * @returns whole seconds, rounded down; one second for less, because 0 is no limit in most fields. Undefined for what is not a
 *   duration, and for negative or too long ones
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const seconds = secondsIn(String(value).trim());
  if (seconds === undefined || seconds > MAX_DURATION_S) return undefined;
  return seconds < 1 ? Math.ceil(seconds) : Math.floor(seconds);
}

function secondsIn(text: string): number | undefined {
  if (text === '') return 0;
  if (text.length > MAX_DURATION_LENGTH) return undefined;
  if (/^\+?\d+$/.test(text)) return Number(text);
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(AMOUNTS)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit as string] as number);
  }
  return seconds;
}

/** All but the last of the parts. */
const GOOD_PARTS = new RegExp(`^[+-]?(${PART}(?=[\\d.]))*`);

/** What is longer than most durations may be a secret that was sent in the wrong place, and is not quoted (R9). */
const QUOTABLE = /^[\w.+µ-]{0,12}$/;

/**
 * Why a text is no duration, in the words of Go's parser, which goes through pairs of a number and a unit.
 * @param text for which `parseDuration` finds nothing
 */
export function durationProblem(text: string): string {
  if (!QUOTABLE.test(text)) return 'time: invalid duration';
  if (/^\+?\d{1,18}$/.test(text))
    return 'multiplication of durations resulted in overflow, one operand may be too large';
  if (text.endsWith('d')) return `strconv.ParseInt: parsing ${goQuote(text.slice(0, -1))}: invalid syntax`;
  const rest = text.replace(GOOD_PARTS, '');
  const [, unit] = /^(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
  if (unit === undefined || /^-\d+$|\d{19}/.test(text) || UNITS.split('|').includes(unit))
    return `time: invalid duration ${goQuote(text)}`;
  const problem = unit === '' ? 'missing unit' : `unknown unit ${goQuote(unit)}`;
  return `time: ${problem} in duration ${goQuote(text)}`;
}

/** Seconds in Go's notation: `90m` is `1h30m0s`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return '0s';
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** The same without its zeros, as warnings show it: `90m` is `1h30m`. */
export function shortDuration(seconds: number): string {
  return formatDuration(seconds).replace(/(?<=\D)0[ms]/g, '');
}

/** A field with a duration as text. Of negative ones the sign alone counts, because no handler takes another. */
export const DURATION_TEXT = new Meant('string', { spellings: secondsMeant });

/** The seconds of a text; −1 for any negative duration. */
export function secondsMeant(text: string): number[] {
  const isNegative = text.trim().startsWith('-');
  const seconds = parseDuration(text.trim().replace(/^-/, ''));
  if (seconds === undefined) return [];
  return [isNegative && seconds > 0 ? -1 : seconds];
}

/** A field with a time. */
export const TIME_TEXT = new Meant('string', { spellings: (text) => [parseTime(text)] });

/** @returns epoch milliseconds of a date, an RFC 3339 time or a number of epoch seconds; else NaN */
export function parseTime(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/.test(text);
  return isTime ? Date.parse(text) : Number.NaN;
}
