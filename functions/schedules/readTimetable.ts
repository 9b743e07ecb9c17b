/** Reads the times of a schedule from a request. The scheduler itself checks the expression in `schedule`. Pure. */

import { refusal } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { MAX_EXPRESSION_LENGTH, MAX_SCHEDULE_DAYS, MAX_TIMEZONE_LENGTH } from '../limits.ts';
import type { Timetable } from '../ports/scheduler.ts';

export const TIME_FIELDS = {
  schedule: 'string',
  timezone: 'string',
  start: 'string',
  end: 'string',
} as const satisfies Schema;

/** A time with its offset; without one it would depend on the time zone of the reader. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The default end is the latest that is allowed.
 * @param now epoch milliseconds
 * @throws VaultError 400 for a missing schedule, or times that cannot be read or are out of range
 */
export function readTimetable(fields: Fields<typeof TIME_FIELDS>, now: number): Timetable {
  const latest = now + MAX_SCHEDULE_DAYS * 86_400_000;
  const { schedule = '', timezone = 'UTC' } = fields;
  const start = fields.start === undefined ? undefined : timeIn('start', fields.start);
  const end = fields.end === undefined ? latest : timeIn('end', fields.end);
  if (!/^(at|rate|cron)\(.+\)$/.test(schedule))
    throw refusal("'schedule' must be specified as at(…), rate(…) or cron(…)");
  if (schedule.length > MAX_EXPRESSION_LENGTH)
    throw refusal(`'schedule' has at most ${MAX_EXPRESSION_LENGTH} characters`);
  if (timezone.length > MAX_TIMEZONE_LENGTH)
    throw refusal(`'timezone' has at most ${MAX_TIMEZONE_LENGTH} characters`);
  if (end <= now || end > latest)
    throw refusal(`'end' lies in the future and at most ${MAX_SCHEDULE_DAYS} days ahead`);
  if (start !== undefined && start >= end) throw refusal("'start' must be before 'end'");
  return { schedule, timezone, start, end };
}

function timeIn(field: 'start' | 'end', text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw refusal(`'${field}' is a time such as "2026-01-31T22:00:00Z"`);
  return time;
}
