/** Reads the times of a schedule from a request. The scheduler itself checks the expression in `schedule`. Pure. */

import { refusal } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { Meant } from '../http/shape.ts';
import { MAX_EXPRESSION_LENGTH, MAX_SCHEDULE_DAYS } from '../limits.ts';
import { type Timetable, TimetableRefused } from '../ports/scheduler.ts';
import { isOneTime, isRate, isTimezone, knownNextTime, nextTime } from './nextTime.ts';
import type { Schedule } from './schedule.ts';

/** A time with its offset; without one it would depend on the time zone of the reader. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const TIMETABLE_TIME = new Meant('string', { spellings: (text) => [timeOf(text)] });

export const TIME_FIELDS = {
  schedule: new Meant('string', { spellings: (text) => [text.toLowerCase().replace(/\s+/g, ' ')] }),
  timezone: new Meant('string', { spellings: (name) => [name.toLowerCase()] }),
  start: TIMETABLE_TIME,
  end: TIMETABLE_TIME,
} as const satisfies Schema;

/**
 * The default end is the latest that is allowed.
 * @param now epoch milliseconds
 * @throws VaultError 400 for a missing schedule, times that cannot be read or are out of range, or a schedule that would
 *   never run
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
  if (!isTimezone(timezone)) throw refusal('\'timezone\' is the name of one, such as "Europe/Berlin"');
  if (end <= now || end > latest)
    throw refusal(`'end' lies in the future and at most ${MAX_SCHEDULE_DAYS} days ahead`);
  if (start !== undefined && start >= end) throw refusal("'start' must be before 'end'");
  const timetable = { schedule, timezone, start, end };
  if (isNeverDue(timetable, now)) {
    const span = `${textOf(Math.max(now, start ?? now))} and 'end', ${textOf(end)}`;
    throw refusal(`'schedule' would never run: it has no time between ${span}`);
  }
  return timetable;
}

/** @returns epoch milliseconds; NaN for what is no time */
function timeOf(text: string): number {
  return TIME.test(text) ? Date.parse(text) : Number.NaN;
}

function timeIn(field: 'start' | 'end', text: string): number {
  const time = timeOf(text);
  if (Number.isNaN(time)) throw refusal(`'${field}' is a time such as "2026-01-31T22:00:00Z"`);
  return time;
}

function textOf(time: number): string {
  return new Date(time).toISOString();
}

/** What is not understood here is for the scheduler to judge, except what is no time at all: it may take more than it documents. */
function isNeverDue(timetable: Timetable, now: number): boolean {
  const { start = now, end } = timetable;
  try {
    const due = nextTime({ ...timetable, createdAt: now }, now);
    return due === undefined || due < start || due > end;
  } catch (error) {
    if (error instanceof TimetableRefused) return isOneTime(timetable.schedule);
    throw error;
  }
}

/**
 * The timetable as the scheduler takes it. It refuses a start that is more than five minutes ago, and a schedule is
 * renewed by the same request again. A rate begins at its start, or when it is made, so a later request gives it the next of
 * its times as a start: what an update without one does to a rate is not documented.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
 */
export function withoutPast(schedule: Omit<Schedule, 'body'>, now: number): Timetable {
  const isRenewedRate = schedule.version > 1 && isRate(schedule.schedule);
  const { start = isRenewedRate ? schedule.createdAt : undefined } = schedule;
  if (start === undefined || start > now) return schedule;
  return { ...schedule, start: isRate(schedule.schedule) ? knownNextTime(schedule, now) : undefined };
}
