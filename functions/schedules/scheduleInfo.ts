/** What clients are shown of a schedule. Pure. */

import { mayKnow, type Reader, requesterInfo } from '../remount/requesterInfo.ts';
import type { ScheduleInfo } from './answers.ts';
import { knownNextTime } from './nextTime.ts';
import type { LastRun, Schedule } from './schedule.ts';

/**
 * A field without a value is `null`.
 * @param now epoch milliseconds
 */
export function scheduleInfo(schedule: Schedule, reader: Reader, now: number): ScheduleInfo {
  const { home, policies, requestedBy, lastRun, lastSkipped } = schedule;
  return {
    schedule: schedule.schedule,
    timezone: schedule.timezone,
    start_time: timeOrNull(schedule.start),
    end_time: timeOf(schedule.end),
    created_time: timeOf(schedule.createdAt),
    renewed_time: timeOf(schedule.renewedAt),
    paused_time: timeOrNull(schedule.pausedAt),
    next_time: timeOrNull(schedule.pausedAt === undefined ? knownNextTime(schedule, now) : undefined),
    requested_by: requesterInfo(requestedBy, reader),
    policies: mayKnow(reader, home.path) ? policies : [],
    policies_namespace: home.path,
    last_run: lastRun
      ? {
          planned_time: timeOf(lastRun.plannedAt),
          outcome: outcomeOf(lastRun),
          bulk_id: lastRun.bulkId ?? null,
          error: lastRun.error ?? null,
        }
      : null,
    last_skipped: lastSkipped
      ? { planned_time: timeOf(lastSkipped.plannedAt), bulk_id: lastSkipped.bulkId }
      : null,
  };
}

function outcomeOf({ bulkId, isEmpty, error }: LastRun): string {
  if (bulkId) return 'started';
  if (isEmpty) return 'nothing_to_move';
  return error ? 'refused' : 'starting';
}

function timeOrNull(at: number | undefined): string | null {
  return at === undefined ? null : timeOf(at);
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
