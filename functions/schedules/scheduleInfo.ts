/** What clients are shown of a schedule. Pure. */

import type { Shape, Wire } from '../http/shape.ts';
import { REQUESTER } from '../remount/answers.ts';
import { mayKnow, type Reader, requesterInfo } from '../remount/requesterInfo.ts';
import type { LastRun, Schedule } from './schedule.ts';

export const SCHEDULE_INFO = {
  schedule: 'string',
  timezone: 'string',
  start_time: ['string', null],
  end_time: 'string',
  created_time: 'string',
  renewed_time: 'string',
  requested_by: REQUESTER,
  policies: 'list',
  policies_namespace: 'string',
  last_run: [
    { planned_time: 'string', outcome: 'string', bulk_id: ['string', null], error: ['string', null] },
    null,
  ],
  last_skipped: [{ planned_time: 'string', bulk_id: 'string' }, null],
} as const satisfies Shape;

type ScheduleInfo = Wire<typeof SCHEDULE_INFO>;

/** A field without a value is `null`. */
export function scheduleInfo(schedule: Schedule, reader: Reader): ScheduleInfo {
  const { home, policies, requestedBy, lastRun, lastSkipped } = schedule;
  return {
    schedule: schedule.schedule,
    timezone: schedule.timezone,
    start_time: schedule.start === undefined ? null : timeOf(schedule.start),
    end_time: timeOf(schedule.end),
    created_time: timeOf(schedule.createdAt),
    renewed_time: timeOf(schedule.renewedAt),
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

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
