/** When a schedule shall be woken, as a request says it. Pure; whether an expression means anything the scheduler tells. */

import type { Fields, Schema } from '../http/fields.ts';
import { MAX_SCHEDULE_DAYS } from '../limits.ts';
import type { Timetable } from '../ports/scheduler.ts';
import { endOutOfRange, scheduleMissing, startAfterEnd, timeUnreadable } from './errors.ts';

export const TIME_FIELDS = {
  schedule: 'string',
  timezone: 'string',
  start: 'string',
  end: 'string',
} as const satisfies Schema;

/** A time with its offset, since it would otherwise depend on where it is read. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * @param now epoch milliseconds; without an end it is as late as it may be
 * @throws VaultError 400
 */
export function readTimetable(fields: Fields<typeof TIME_FIELDS>, now: number): Timetable {
  const latest = now + MAX_SCHEDULE_DAYS * 86_400_000;
  const { schedule = '', timezone = 'UTC' } = fields;
  const start = fields.start === undefined ? undefined : timeIn('start', fields.start);
  const end = fields.end === undefined ? latest : timeIn('end', fields.end);
  if (!/^(at|rate|cron)\(.+\)$/.test(schedule)) throw scheduleMissing();
  if (end <= now || end > latest) throw endOutOfRange();
  if (start !== undefined && start >= end) throw startAfterEnd();
  return { schedule, timezone, start, end };
}

function timeIn(field: 'start' | 'end', text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw timeUnreadable(field);
  return time;
}
