/**
 * When a schedule is due: `at(…)`, `rate(…)` and `cron(…)` in a time zone, as EventBridge Scheduler reads them. Pure. The
 * scheduler of the local service wakes by it, too.
 */

import { Cron } from 'croner';
import { type Timetable, TimetableRefused } from '../ports/scheduler.ts';
import { cronPattern } from './cronPattern.ts';

/** A timetable, and when it was made: a rate without a start begins then. */
type Made = Omit<Timetable, 'end'> & { end?: number | undefined; createdAt: number };

const UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/**
 * @returns the first time after `after` at which it is due, in epoch milliseconds; undefined if there is none
 * @throws TimetableRefused for an expression that is none, or in a form that AWS does not document
 */
export function nextTime(timetable: Made, after: number): number | undefined {
  const { schedule, start = 0, end = Number.POSITIVE_INFINITY } = timetable;
  // The scheduler ignores the start and the end of one-time schedules.
  if (isOneTime(schedule)) return oneTime(timetable, after);
  const from = Math.max(after, start - 1);
  const time = isRate(schedule) ? ofRate(timetable, from) : ofCron(timetable, from);
  return time !== undefined && time <= end ? time : undefined;
}

/** As {@link nextTime}. What only the scheduler understands, because it is not documented, has no next time here. */
export function knownNextTime(timetable: Made, after: number): number | undefined {
  try {
    return nextTime(timetable, after);
  } catch (error) {
    if (error instanceof TimetableRefused) return undefined;
    throw error;
  }
}

export function isOneTime(schedule: string): boolean {
  return schedule.startsWith('at(');
}

export function isRate(schedule: string): boolean {
  return schedule.startsWith('rate(');
}

/** Whether the name is that of a time zone, such as `Europe/Berlin`. An offset such as `+01:00` is none. */
export function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function oneTime(timetable: Made, after: number): number | undefined {
  const [, local] = AT.exec(timetable.schedule) ?? [];
  if (local === undefined || !isDate(local)) throw invalid(timetable);
  return cronOf(timetable, local).nextRun(new Date(after))?.getTime();
}

/** Whether the month has that day, and the day that time. */
function isDate(local: string): boolean {
  const date = new Date(`${local}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local);
}

/** The first time is the creation or the start. AWS documents no longest period; here it is one that can be counted. */
function ofRate(timetable: Made, from: number): number {
  const { schedule, createdAt, start } = timetable;
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const every = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(every > 0 && Number.isSafeInteger(every))) throw invalid(timetable);
  const first = Math.ceil((start ?? createdAt) / 1_000) * 1_000;
  return first > from ? first : first + (Math.floor((from - first) / every) + 1) * every;
}

function ofCron(timetable: Made, from: number): number | undefined {
  const [, inner = ''] = /^cron\((.*)\)$/.exec(timetable.schedule) ?? [];
  const pattern = cronPattern(inner);
  if (pattern === undefined) throw invalid(timetable);
  return cronOf(timetable, pattern).nextRun(new Date(from))?.getTime();
}

function cronOf({ timezone }: Made, pattern: string): Cron {
  return new Cron(pattern, { timezone, alternativeWeekdays: true });
}

function invalid({ schedule }: Made): TimetableRefused {
  return new TimetableRefused(`Invalid Schedule Expression ${schedule}.`);
}
