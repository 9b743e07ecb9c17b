/** Reads schedules. */

import type { Store } from '../ports/store.ts';
import { scheduleKey, schedulePartition } from '../store/keys.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

export async function findSchedule(
  store: Store,
  namespaceId: string,
  name: string,
): Promise<Schedule | undefined> {
  return scheduleOf(await store.get(scheduleKey(namespaceId, name)));
}

/** The schedules of one namespace, in the order of their names. */
export async function listSchedules(store: Store, namespaceId: string): Promise<Schedule[]> {
  const items = await store.query({ table: 'migrations', pk: schedulePartition(namespaceId) });
  return items.map(scheduleOf).filter((schedule) => schedule !== undefined);
}
