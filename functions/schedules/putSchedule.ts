/** Makes or renews a schedule: judges it, tells the scheduler, and then records it. */

import { readBody } from '../bulk/startFromBody.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { VaultError } from '../http/errors.ts';
import { MAX_SCHEDULE_BYTES, MAX_SCHEDULES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { type Timetable, TimetableRefused } from '../ports/scheduler.ts';
import type { Origin } from '../remount/request.ts';
import { schedulePartition } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { delegateForbidden, scheduleTooLarge, timetableUnusable, tooManySchedules } from './errors.ts';
import { findSchedule } from './findSchedule.ts';
import { RUN_PATH } from './runPath.ts';
import { type Schedule, scheduleId, written } from './schedule.ts';

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
 * Whoever repeats a request that was interrupted mends what it left. Two at once end as one of them: the record that
 * loses is written after its timetable was told again.
 * @throws VaultError 400
 */
export async function putSchedule(deps: Deps, order: ScheduleOrder): Promise<Schedule> {
  const { namespace } = order.origin;
  readBody(order.body);
  const body = JSON.stringify(order.body);
  if (Buffer.byteLength(body) > MAX_SCHEDULE_BYTES) throw scheduleTooLarge();
  await judge(deps, order);
  return retryContended(async () => {
    const before = await findSchedule(deps.store, namespace.id, order.name);
    if (!before) await refuseTooMany(deps, namespace.id);
    const schedule = { ...newSchedule(deps, order, before), body };
    await tell(deps, schedule);
    await deps.store.commit([written(schedule, before)]);
    return schedule;
  });
}

/** A schedule that could not run now is not worth making; at each run it is judged anew. */
async function judge(
  deps: Deps,
  { origin: { namespace }, home, policies, body }: ScheduleOrder,
): Promise<void> {
  try {
    await authorizeDelegate(deps, home, policies, { namespace, path: RUN_PATH, fields: body });
  } catch (error) {
    throw error instanceof VaultError ? delegateForbidden(RUN_PATH) : error;
  }
}

async function refuseTooMany({ store }: Deps, namespaceId: string): Promise<void> {
  const range = { table: 'migrations', pk: schedulePartition(namespaceId), attributes: [] } as const;
  if ((await store.query(range)).length >= MAX_SCHEDULES) throw tooManySchedules();
}

async function tell({ scheduler }: Deps, schedule: Schedule): Promise<void> {
  try {
    await scheduler.put(scheduleId(schedule), schedule);
  } catch (error) {
    throw error instanceof TimetableRefused ? timetableUnusable(error.message) : error;
  }
}

function newSchedule(
  { clock, settings }: Deps,
  { origin, name, timetable, home, policies }: ScheduleOrder,
  before: Schedule | undefined,
): Omit<Schedule, 'body'> {
  const now = clock.now();
  const { lastRun, lastSkipped } = before ?? {};
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
  };
}
