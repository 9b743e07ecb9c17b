/** Removes a schedule, or the timetable of one that is gone. */

import type { Deps } from '../ports/deps.ts';
import { scheduleKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { findSchedule } from './findSchedule.ts';
import { type Schedule, scheduleId, unchanged } from './schedule.ts';

/** The timetable goes first: what is interrupted leaves a record that can be seen and removed again. */
export function removeSchedule(
  { store, scheduler }: Deps,
  { namespaceId, name }: Pick<Schedule, 'namespaceId' | 'name'>,
): Promise<void> {
  return retryContended(async () => {
    const schedule = await findSchedule(store, namespaceId, name);
    await scheduler.remove(scheduleId({ namespaceId, name }));
    const record = scheduleKey(namespaceId, name);
    if (schedule) await store.commit([{ delete: record, if: unchanged(schedule) }]);
  });
}
