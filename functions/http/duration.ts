/** Durations and times as Vault reads and shows them (contract §2.4). A duration is in seconds or in Go's notation. */

import { MAX_DURATION_LENGTH } from '../limits.ts';

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

/** @returns whole seconds, rounded down; undefined for what is not a duration, and for negative ones */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text.length > MAX_DURATION_LENGTH || !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(text))
    return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit as string] as number);
  }
  return Number.isSafeInteger(Math.floor(seconds)) ? Math.floor(seconds) : undefined;
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

/** @returns epoch milliseconds of a date, an RFC 3339 time or a number of epoch seconds; else NaN */
export function parseTime(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/.test(text);
  return isTime ? Date.parse(text) : Number.NaN;
}
