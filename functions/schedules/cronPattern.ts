/**
 * Reads the fields of `cron(…)` as EventBridge Scheduler documents them, and writes them as the library that computes times
 * takes them. Pure. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */

/** What a field counts. Names stand for its numbers, from the least on. */
interface Unit {
  least: number;
  most: number;
  names: readonly string[];
}

const MINUTE: Unit = { least: 0, most: 59, names: [] };
const HOUR: Unit = { least: 0, most: 23, names: [] };
const DAY: Unit = { least: 1, most: 31, names: [] };
const MONTH: Unit = {
  least: 1,
  most: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const WEEKDAY: Unit = { least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
const YEAR: Unit = { least: 1970, most: 2199, names: [] };

/** A field that cannot be read. */
class Unreadable extends Error {}

/**
 * Forms that are not documented are understood if they can mean one thing only: names in small letters, a range beyond the
 * end such as `SAT-SUN`, `6L` and `LW`.
 * @param inner what is between the brackets: minutes, hours, day of the month, month, day of the week, year
 * @returns seven fields, from seconds to years, with Sunday as 1; undefined if a field cannot be read
 */
export function cronPattern(inner: string): string | undefined {
  const fields = inner.trim().toUpperCase().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6 || (day === '?') === (weekday === '?')) return undefined;
  try {
    const times = [numbersOf(minute, MINUTE), numbersOf(hour, HOUR)];
    const days = [daysOf(day), numbersOf(month, MONTH), weekdaysOf(weekday)];
    return ['0', ...times, ...days, numbersOf(year, YEAR)].join(' ');
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** `L` is the last day, `LW` the last from Monday to Friday, and `15W` the day from Monday to Friday that is nearest. */
function daysOf(field: string): string {
  if (field === '?') return '*';
  if (field === 'L' || field === 'LW') return field;
  const [, nearest] = /^(\d+)W$/.exec(field) ?? [];
  return nearest === undefined ? numbersOf(field, DAY) : `${numberOf(nearest, DAY)}W`;
}

/** `L` is the last day of the week, `6L` the last Friday of the month, and `6#2` its second. There are no steps. */
function weekdaysOf(field: string): string {
  if (field === '?') return '*';
  if (field === 'L') return String(WEEKDAY.most);
  const [, day = '', which] = /^([^,]+?)(?:#([1-5])|L)$/.exec(field) ?? [];
  if (day !== '') return `${numberOf(day, WEEKDAY)}#${which ?? 'L'}`;
  if (field.includes('/')) throw new Unreadable();
  return numbersOf(field, WEEKDAY);
}

/** Numbers, ranges, `*` and steps, separated by commas, as a list of numbers. */
function numbersOf(field: string, unit: Unit): string {
  if (field === '*') return field;
  return [...new Set(field.split(',').flatMap((part) => range(part, unit)))].join(',');
}

function range(part: string, unit: Unit): number[] {
  const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const every = step === undefined ? 1 : Number(step);
  if (every < 1 || every > unit.most || (first === '*' && last !== undefined)) throw new Unreadable();
  const from = first === '*' ? unit.least : numberOf(first, unit);
  const isOpen = first === '*' || step !== undefined;
  const to = last === undefined ? (isOpen ? unit.most : from) : numberOf(last, unit);
  const size = unit.most - unit.least + 1;
  const end = to < from ? to + size : to;
  const steps = Array.from({ length: Math.floor((end - from) / every) + 1 }, (_, i) => from + i * every);
  return steps.map((number) => (number > unit.most ? number - size : number));
}

function numberOf(text: string, { least, most, names }: Unit): number {
  const number = /^\d+$/.test(text) ? Number(text) : names.indexOf(text) + least;
  if (number < least || number > most) throw new Unreadable();
  return number;
}
