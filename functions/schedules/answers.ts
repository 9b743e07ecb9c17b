/** What the endpoints of schedules answer: the shape, and the type derived from it. Clients import the type. */

import type { Shape, Wire } from '../http/shape.ts';
import { REQUESTER } from '../remount/answers.ts';

export const SCHEDULE_INFO = {
  schedule: 'string',
  timezone: 'string',
  start_time: ['string', null],
  end_time: 'string',
  created_time: 'string',
  renewed_time: 'string',
  paused_time: ['string', null],
  next_time: ['string', null],
  requested_by: REQUESTER,
  policies: 'list',
  policies_namespace: 'string',
  last_run: [
    { planned_time: 'string', outcome: 'string', bulk_id: ['string', null], error: ['string', null] },
    null,
  ],
  last_skipped: [{ planned_time: 'string', bulk_id: 'string' }, null],
} as const satisfies Shape;

export type ScheduleInfo = Wire<typeof SCHEDULE_INFO>;
