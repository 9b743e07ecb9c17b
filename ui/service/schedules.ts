/** Requests for schedules (docs/automation.md). */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { type BulkOrder, listRuns } from './bulk.ts';
import { data, listed } from './request.ts';
import type { Session } from './session.ts';

const SCHEDULES = 'sys/remount/schedules';

/** A schedule, with the body of the runs that it starts. */
export type Schedule = ScheduleInfo &
  Partial<Omit<BulkOrder, 'policies'>> & { moves?: { from: string; to: string }[]; reason?: string };

/** In the order of their names. */
export function listSchedules(
  session: Session,
  signal: AbortSignal,
): Promise<[name: string, ScheduleInfo][]> {
  return listed(session, SCHEDULES, {}, signal);
}

export function readSchedule(session: Session, name: string, signal: AbortSignal): Promise<Schedule> {
  return data(session, `${SCHEDULES}/${name}`, { signal });
}

/** @returns the schedule as it is afterwards */
export function pauseSchedule(session: Session, name: string, isPaused: boolean): Promise<ScheduleInfo> {
  const word = isPaused ? 'pause' : 'resume';
  return data(session, `${SCHEDULES}/${name}/${word}`, { method: 'POST', body: {} });
}

/** Runs that are looked through. */
const LOOKED = 500;

/** The runs that a schedule has started, among the latest of the namespace, newest first. */
export async function listRunsOfSchedule(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<[id: string, info: BulkInfo][]> {
  const runs = await listRuns(session, '', LOOKED, signal);
  return runs.filter(([, info]) => info.requested_by.display_name === `schedule-${name}`);
}
