/** Numbers, times and durations in readable form. Pure. */

/** Units of a duration, the largest first. A duration shows at most two of them. */
const UNITS: [name: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `1 lease`, `2 leases`. */
export function many(number: number, one: string, more = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : more}`;
}

/** `<1 s`, `40 s`, `2 min 5 s`, `3 h 20 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return '<1 s';
  let left = Math.round(milliseconds / 1_000);
  const words: string[] = [];
  for (const [name, seconds] of UNITS) {
    const whole = Math.floor(left / seconds);
    left -= whole * seconds;
    if (whole > 0) words.push(`${whole} ${name}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(' ');
}

/** `just now`, `5 min ago`. */
export function ago(time: string, now: number): string {
  const passed = now - Date.parse(time);
  if (passed < 5_000) return 'just now';
  return `${duration(passed).split(' ').slice(0, 2).join(' ')} ago`;
}

/** Date and time in the user's timezone: `2026-11-24 15:57:14 GMT+1`. */
export function localTime(time: string): string {
  const at = new Date(time);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return `${day} ${clock(time)} ${zone ?? ''}`.trim();
}

/** The time of day in the user's timezone: `15:57:14`. */
export function clock(time: string): string {
  const at = new Date(time);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** @param path of a namespace; empty for the root namespace */
export function namespaceName(path: string): string {
  return path === '' ? 'the root namespace' : path;
}
