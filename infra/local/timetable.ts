/** Computes when a schedule of EventBridge Scheduler is due: `at(…)`, `rate(…)` and `cron(…)` in a timezone. */

import { Cron } from 'croner';
import { AwsError } from './jsonApi.ts';

export interface Timetable {
  expression: string;
  timezone: string;
  /** All times in epoch milliseconds. */
  createdAt: number;
  start?: number | undefined;
  end?: number | undefined;
}

const UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * @returns the first time after `after` at which it is due; undefined if there is none
 * @throws AwsError `ValidationException` for an invalid expression or timezone
 */
export function nextTime(timetable: Timetable, after: number): number | undefined {
  const { expression, start = 0, end = Number.POSITIVE_INFINITY } = timetable;
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  // StartDate and EndDate do not apply to one-time schedules.
  if (kind === 'at') return oneTime(timetable, inner, after);
  const from = Math.max(after, start - 1);
  const time = kind === 'rate' ? ofRate(timetable, inner, from) : ofCron(timetable, kind && inner, from);
  return time !== undefined && time <= end ? time : undefined;
}

function oneTime(timetable: Timetable, local: string, after: number): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(local)) throw invalid(timetable);
  return cronOf(timetable, local).nextRun(new Date(after))?.getTime();
}

/** The first time is the creation or the start date. */
function ofRate({ createdAt, start, ...timetable }: Timetable, inner: string, from: number): number {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(inner) ?? [];
  const every = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(every > 0)) throw invalid({ createdAt, ...timetable });
  const first = Math.ceil((start ?? createdAt) / 1_000) * 1_000;
  return first > from ? first : first + (Math.floor((from - first) / every) + 1) * every;
}

/** Six fields, from minutes to years. One of the two fields for days is `?`. Days of the week are 1 (Sunday) to 7. */
function ofCron(timetable: Timetable, inner: string | undefined, from: number): number | undefined {
  const fields = inner?.trim().split(/\s+/) ?? [];
  const [, , dayOfMonth, , dayOfWeek = ''] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) throw invalid(timetable);
  const pattern = ['0', ...fields].map((field) =>
    field === '?' ? '*' : field.replace(/^([1-7])L$/, '$1#L'),
  );
  return cronOf(timetable, pattern.join(' ')).nextRun(new Date(from))?.getTime();
}

function cronOf(timetable: Timetable, pattern: string): Cron {
  const { timezone } = timetable;
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new AwsError('ValidationException', `Provided ScheduleExpressionTimezone ${timezone} is invalid.`);
  }
  try {
    return new Cron(pattern, { timezone, alternativeWeekdays: true, sloppyRanges: true });
  } catch {
    throw invalid(timetable);
  }
}

function invalid({ expression }: Timetable): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`);
}
