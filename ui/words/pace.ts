/** How fast the leases of a migration are removed, and how long the rest takes. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { count, duration } from './format.ts';

/**
 * `40 of 120 removed, 20 a second, about 4 s left`; without what is not known.
 * @param now epoch milliseconds
 */
export function leasesInWords(info: MigrationInfo, now: number): string {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: left } = info.progress;
  const isOver = info.phase === 'done';
  if (isOver && revoked + left === 0) return '';
  const parts = [
    total === null || isOver ? `${count(revoked)} removed` : `${count(revoked)} of ${count(total)} removed`,
    left > 0 ? `${count(left)} cannot be revoked` : '',
    rateInWords(info, now),
    isOver ? '' : timeLeft(info, now),
  ];
  return parts.filter(Boolean).join(', ');
}

/** Leases a second since the removal began; undefined before the first one. */
function rateOf(info: MigrationInfo, now: number): number | undefined {
  const { created_time: created, switched_time: switched, finished_time: finished, cluster, progress } = info;
  // A cluster revokes the leases before it moves the mount.
  const begin = cluster ? created : switched;
  const end = (cluster && switched) || finished;
  const gone = progress.leases_revoked + progress.leases_irrevocable;
  if (!begin || gone === 0) return undefined;
  const passed = (end ? Date.parse(end) : now) - Date.parse(begin);
  return passed > 0 ? (gone * 1_000) / passed : undefined;
}

function rateInWords(info: MigrationInfo, now: number): string {
  const rate = rateOf(info, now);
  if (rate === undefined) return '';
  return rate < 1 ? `${count(Math.ceil(rate * 60))} a minute` : `${count(Math.round(rate))} a second`;
}

function timeLeft(info: MigrationInfo, now: number): string {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: left } = info.progress;
  const rate = rateOf(info, now);
  if (rate === undefined || total === null || total <= revoked + left) return '';
  return `about ${duration(((total - revoked - left) / rate) * 1_000)} left`;
}
