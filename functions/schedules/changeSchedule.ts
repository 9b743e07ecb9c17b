/** Creates, replaces and removes schedules: the timetable at the scheduler first, then the record. */

import { checkRunBody } from '../bulk/checkBody.ts';
import { RUNS_PATH, sentRun } from '../bulk/readRunRequest.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { refuseTooManyPolicies } from '../credentials/policyNames.ts';
import { goQuote, refusal, VaultError } from '../http/errors.ts';
import { MAX_SCHEDULE_BYTES, MAX_SCHEDULES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { type Timetable, TimetableRefused } from '../ports/scheduler.ts';
import type { Origin } from '../remount/request.ts';
import { scheduleKey, schedulePartition } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { findSchedule } from './findSchedule.ts';
import { withoutPast } from './readTimetable.ts';
import { pausedSince, type Schedule, scheduleId, scheduleUnchanged, written } from './schedule.ts';

export interface ScheduleOrder {
  origin: Origin;
  name: string;
  timetable: Timetable;
  /** The body of `sys/remount/bulk` at each run. */
  body: Record<string, unknown>;
  home: Schedule['home'];
  policies: string[];
}

/**
 * Creates a schedule, or replaces the one of that name. A request that was interrupted can be repeated.
 *
 * If two requests write the same schedule at once, the one whose record fails sets its timetable again and then writes
 * its record. So record and timetable agree in the end.
 * @throws VaultError 400 for a run that could not be started, times that the scheduler refuses, or a limit
 */
export async function putSchedule(deps: Deps, order: ScheduleOrder): Promise<Schedule> {
  const { namespace } = order.origin;
  refuseTooManyPolicies('schedule', order.policies);
  checkRunBody(order.body, deps.cluster);
  const body = JSON.stringify(order.body);
  if (Buffer.byteLength(body) > MAX_SCHEDULE_BYTES) {
    const what = `what a schedule moves has at most ${MAX_SCHEDULE_BYTES} bytes`;
    throw refusal(`${what}; rules need fewer than a list`);
  }
  await authorize(deps, order);
  return retryContended(async () => {
    const before = await findSchedule(deps.store, namespace.id, order.name);
    if (!before) await refuseTooMany(deps, namespace.id);
    const schedule = { ...newSchedule(deps, order, before), body };
    await setTimetable(deps, schedule);
    await deps.store.commit([written(schedule, before)]);
    return schedule;
  });
}

/** The policies must allow the run now. Each run checks them again. */
async function authorize(
  deps: Deps,
  { origin: { namespace }, home, policies, body }: ScheduleOrder,
): Promise<void> {
  try {
    const request = { namespace, path: RUNS_PATH, ...sentRun(body) };
    await authorizeDelegate(deps, home, policies, request);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const capabilities = `${goQuote('update')} and ${goQuote('sudo')}`;
    throw refusal(`the policies of the schedule do not allow ${capabilities} on ${RUNS_PATH}`);
  }
}

async function refuseTooMany({ store }: Deps, namespaceId: string): Promise<void> {
  const range = { table: 'migrations', pk: schedulePartition(namespaceId), attributes: [] } as const;
  if ((await store.query(range)).length >= MAX_SCHEDULES)
    throw refusal(`a namespace has at most ${MAX_SCHEDULES} schedules`);
}

async function setTimetable({ scheduler, clock }: Deps, schedule: Schedule): Promise<void> {
  try {
    await scheduler.put(scheduleId(schedule), withoutPast(schedule, clock.now()));
  } catch (error) {
    if (!(error instanceof TimetableRefused)) throw error;
    throw refusal(`the scheduler refuses 'schedule', 'timezone', 'start' or 'end': ${error.message}`);
  }
}

function newSchedule(
  { clock, settings }: Deps,
  { origin, name, timetable, home, policies }: ScheduleOrder,
  before: Schedule | undefined,
): Omit<Schedule, 'body'> {
  const now = clock.now();
  const { lastRun, lastSkipped, pausedAt } = before ?? {};
  return {
    ...timetable,
    name,
    namespaceId: origin.namespace.id,
    home,
    policies,
    requestedBy: origin.requestedBy,
    createdAt: before?.createdAt ?? now,
    renewedAt: now,
    version: (before?.version ?? 0) + 1,
    retentionS: settings.retentionS,
    ...(lastRun && { lastRun }),
    ...(lastSkipped && { lastSkipped }),
    ...(pausedAt !== undefined && { pausedAt }),
  };
}

/**
 * Pauses a schedule, or resumes it. The timetable stays: times that come during a pause are left out when they come. A
 * repeated request changes nothing.
 * @returns the schedule as it is afterwards; undefined if there is none
 */
export function pauseSchedule(
  { store, clock }: Deps,
  { namespaceId, name }: Pick<Schedule, 'namespaceId' | 'name'>,
  isPaused: boolean,
): Promise<Schedule | undefined> {
  return retryContended(async () => {
    const schedule = await findSchedule(store, namespaceId, name);
    if (!schedule || (schedule.pausedAt !== undefined) === isPaused) return schedule;
    await store.commit([pausedSince(schedule, isPaused ? clock.now() : undefined)]);
    return findSchedule(store, namespaceId, name);
  });
}

/**
 * Removes a schedule, or the timetable of a schedule that has no record.
 *
 * The timetable is removed first. So if this is interrupted, the record still shows the schedule, and it can be removed
 * again.
 */
export function removeSchedule(
  { store, scheduler }: Deps,
  { namespaceId, name }: Pick<Schedule, 'namespaceId' | 'name'>,
): Promise<void> {
  return retryContended(async () => {
    const schedule = await findSchedule(store, namespaceId, name);
    await scheduler.remove(scheduleId({ namespaceId, name }));
    const record = scheduleKey(namespaceId, name);
    if (schedule) await store.commit([{ delete: record, if: scheduleUnchanged(schedule) }]);
  });
}
