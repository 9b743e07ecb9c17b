/** Numbers, times and paths in readable form. */

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `1 lease`, `1,200 leases`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** `0.4 s`, `45 s`, `3 min 20 s`. */
export function seconds(number: number): string {
  if (number < 9.95 && !Number.isInteger(number)) return `${number.toFixed(1)} s`;
  const whole = Math.round(number);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `30 days`, `36 h`, `90 min`, `45 s`: in the largest unit that leaves no rest. */
export function lasting(seconds: number): string {
  if (seconds % 86_400 === 0) return counted(seconds / 86_400, 'day');
  if (seconds % 3_600 === 0) return `${count(seconds / 3_600)} h`;
  return seconds % 60 === 0 ? `${count(seconds / 60)} min` : `${count(seconds)} s`;
}

/**
 * How fast it goes, and how long it still takes, to follow other words; empty while that is unknown.
 * @param left how many are still to be done
 * @param rate how many are done in a second
 */
export function paceWords(left: number | undefined, rate: number | undefined): string {
  if (rate === undefined || left === 0) return '';
  const perSecond = rate < 9.95 ? rate.toFixed(1) : count(Math.round(rate));
  const time = left === undefined ? '' : `, about ${seconds(Math.ceil(left / rate))} left`;
  return `, ${perSecond} per second${time}`;
}

/** Seconds between two times in the service's format. */
export function secondsBetween(from: string | null, to: string | null): number {
  return Math.max(0, Date.parse(to ?? '') - Date.parse(from ?? '')) / 1_000 || 0;
}

/** The path of a namespace, or `(root)` for the root namespace. */
export function namespaceName(path: string): string {
  return path || '(root)';
}
