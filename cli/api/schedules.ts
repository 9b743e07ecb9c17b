/** The paths of the requests about schedules, and how one is read. */

import { notFound } from '../errors.ts';
import { orIfNotFound } from './found.ts';
import type { Service } from './service.ts';

const SCHEDULES = 'sys/remount/schedules';

export const SCHEDULE_PATHS = {
  schedules: SCHEDULES,
  schedule: (name: string) => `${SCHEDULES}/${encodeURIComponent(name)}`,
  pause: (name: string) => `${SCHEDULES}/${encodeURIComponent(name)}/pause`,
  resume: (name: string) => `${SCHEDULES}/${encodeURIComponent(name)}/resume`,
};

/**
 * @param asked the request about the schedule
 * @throws CommandError if there is no such schedule
 */
export function ofSchedule<T>(service: Service, name: string, asked: Promise<T>): Promise<T> {
  return orIfNotFound(asked, () => {
    throw notFound('schedule', name, service.namespace);
  });
}
