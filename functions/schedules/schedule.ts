/**
 * The record of a schedule: when to move what, by whose policies, and what has come of it. Pure.
 *
 * It lies beside the timetable that the scheduler keeps under the same id. The timetable is written first, so a record
 * that can be read is woken; one that is woken without a record, which cannot be on its way any more, removes its timetable.
 */

import type { Timetable } from '../ports/scheduler.ts';
import { ABSENT, type Item, type Match, type Put, type Update } from '../ports/store.ts';
import type { Requester } from '../remount/migration.ts';
import { scheduleKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

export interface Schedule extends Timetable {
  name: string;
  namespaceId: string;
  /** JSON: the body of `sys/remount/bulk` at each run. */
  body: string;
  /** The namespace whose policies they are: that of the token which made the schedule, at or above its own. */
  home: { id: string; path: string };
  policies: string[];
  requestedBy: Requester;
  /** Epoch milliseconds. */
  createdAt: number;
  renewedAt: number;
  /** Raised with each write. */
  version: number;
  /** Seconds for which the record is kept after its end. */
  retentionS: number;
  lastRun?: LastRun;
  lastSkipped?: LastSkipped;
}

/** All times are epoch milliseconds. */
export interface LastRun {
  plannedAt: number;
  /** There until it is known what has come of it. */
  claimedAt?: number;
  bulkId?: string;
  /** Its rules matched nothing. */
  isEmpty?: true;
  /** Why it could not be started. */
  error?: string;
}

interface LastSkipped {
  plannedAt: number;
  /** The run that was still going on. */
  bulkId: string;
}

const RECORD = record<Schedule>('schedule');

export function scheduleOf(item: Item | undefined): Schedule | undefined {
  return RECORD.of(item);
}

/** What the scheduler knows it by: ids of namespaces have no hyphen. */
export function scheduleId({ namespaceId, name }: Pick<Schedule, 'namespaceId' | 'name'>): string {
  return `${namespaceId}-${name}`;
}

/** The opposite of {@link scheduleId}. */
export function namedBy(id: string): Pick<Schedule, 'namespaceId' | 'name'> {
  const end = id.indexOf('-');
  return { namespaceId: id.slice(0, end), name: id.slice(end + 1) };
}

/** Puts the schedule in place of the one that was read, or of none. */
export function written(schedule: Schedule, before: Schedule | undefined): Put {
  const key = scheduleKey(schedule.namespaceId, schedule.name);
  const ttl = Math.ceil(schedule.end / 1_000) + schedule.retentionS;
  return { put: RECORD.at(key, schedule, { ttl }), if: unchanged(before) };
}

/** Notes what has become of a time at which it was woken. */
export function noted(
  schedule: Schedule,
  what: Pick<Schedule, 'lastRun'> | Pick<Schedule, 'lastSkipped'>,
): Update {
  return {
    update: scheduleKey(schedule.namespaceId, schedule.name),
    set: { ...what, version: schedule.version + 1 },
    if: unchanged(schedule),
  };
}

/** The condition of every write to a schedule: it is still as it was read, and not another one of its name. */
export function unchanged(before: Schedule | undefined): Match {
  return before ? { version: before.version, createdAt: before.createdAt } : ABSENT;
}
