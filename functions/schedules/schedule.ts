/**
 * The record of a schedule: when to move what, with which policies, and the result of the last run. Pure.
 *
 * The scheduler keeps a timetable under the same id. The timetable is written first, so every record has one. If a
 * timetable wakes the service and there is no record, and none can still be written, the timetable is removed.
 */

import type { Timetable } from '../ports/scheduler.ts';
import { ABSENT, type Expected, type Item, type Put, type Update } from '../ports/store.ts';
import type { Requester } from '../remount/migration.ts';
import { scheduleKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

export interface Schedule extends Timetable {
  name: string;
  namespaceId: string;
  /** JSON: the body of `sys/remount/bulk` at each run. */
  body: string;
  /** The namespace of the policies: that of the token that created the schedule, at or above the schedule's own. */
  home: { id: string; path: string };
  policies: string[];
  requestedBy: Requester;
  /** Epoch milliseconds. */
  createdAt: number;
  renewedAt: number;
  /** Raised by each write. */
  version: number;
  /** Since when no run is started; absent unless the schedule is paused. */
  pausedAt?: number;
  /** How many seconds the record is kept after the end of the schedule. */
  retentionS: number;
  lastRun?: LastRun;
  lastSkipped?: LastSkipped;
}

/** All times are epoch milliseconds. */
export interface LastRun {
  plannedAt: number;
  /** When the start of the run was claimed; absent once the result is known. */
  claimedAt?: number;
  bulkId?: string;
  /** Its rules matched nothing. */
  isEmpty?: true;
  /** Why it could not be started. */
  error?: string;
}

interface LastSkipped {
  plannedAt: number;
  /** The previous run, which was still in progress. */
  bulkId: string;
}

const RECORD = record<Schedule>('schedule');

export function scheduleOf(item: Item | undefined): Schedule | undefined {
  return RECORD.of(item);
}

/** The id at the scheduler. Ids of namespaces have no hyphen, so it can be taken apart again. */
export function scheduleId({ namespaceId, name }: Pick<Schedule, 'namespaceId' | 'name'>): string {
  return `${namespaceId}-${name}`;
}

/** The inverse of {@link scheduleId}. */
export function parseScheduleId(id: string): Pick<Schedule, 'namespaceId' | 'name'> {
  const end = id.indexOf('-');
  return { namespaceId: id.slice(0, end), name: id.slice(end + 1) };
}

/** Writes the schedule, if the record has not changed since it was read. */
export function written(schedule: Schedule, before: Schedule | undefined): Put {
  const key = scheduleKey(schedule.namespaceId, schedule.name);
  const ttl = Math.ceil(schedule.end / 1_000) + schedule.retentionS;
  return { put: RECORD.at(key, schedule, { ttl }), if: scheduleUnchanged(before) };
}

/** Notes the result for one planned time. */
export function noted(
  schedule: Schedule,
  what: Pick<Schedule, 'lastRun'> | Pick<Schedule, 'lastSkipped'>,
): Update {
  return {
    update: scheduleKey(schedule.namespaceId, schedule.name),
    set: { ...what, version: schedule.version + 1 },
    if: scheduleUnchanged(schedule),
  };
}

/** Pauses the schedule, or resumes it. */
export function pausedSince(schedule: Schedule, pausedAt: number | undefined): Update {
  const version = schedule.version + 1;
  return {
    update: scheduleKey(schedule.namespaceId, schedule.name),
    ...(pausedAt === undefined ? { set: { version }, remove: ['pausedAt'] } : { set: { version, pausedAt } }),
    if: scheduleUnchanged(schedule),
  };
}

/** The condition of every write to a schedule: the record has not changed, and is not a new one of the same name. */
export function scheduleUnchanged(before: Schedule | undefined): Expected {
  return before ? { version: before.version, createdAt: before.createdAt } : ABSENT;
}
