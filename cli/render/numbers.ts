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

/** Seconds between two times in the service's format. */
export function secondsBetween(from: string | null, to: string | null): number {
  return Math.max(0, Date.parse(to ?? '') - Date.parse(from ?? '')) / 1_000 || 0;
}

/** The path of a namespace, or `(root)` for the root namespace. */
export function namespaceName(path: string): string {
  return path || '(root)';
}
