/** The endpoints of schedules: bulk runs at set times, with their maker's policies (architecture §8). */

import { BODY_FIELDS } from '../bulk/startFromBody.ts';
import type { Caller } from '../credentials/caller.ts';
import { childPolicies } from '../credentials/policyNames.ts';
import { isRoot } from '../credentials/token.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Route, route } from '../http/route.ts';
import { KEYS } from '../http/shape.ts';
import { MAX_SCHEDULE_NAME_LENGTH } from '../limits.ts';
import { originOf } from '../remount/request.ts';
import { nameUnusable } from './errors.ts';
import { findSchedule, listSchedules } from './findSchedule.ts';
import { putSchedule } from './putSchedule.ts';
import { readTimetable, TIME_FIELDS } from './readTimetable.ts';
import { removeSchedule } from './removeSchedule.ts';
import { SCHEDULE_INFO, scheduleInfo } from './scheduleInfo.ts';

/** Each run has a key of its own. */
const { idempotency_key: _, ...RUN_FIELDS } = BODY_FIELDS;

const FIELDS = { ...TIME_FIELDS, policies: 'list', ...RUN_FIELDS } as const satisfies Schema;

const NAME = /^[0-9A-Za-z._-]+$/;

export const scheduleRoutes: readonly Route[] = [
  route({
    path: 'sys/remount/schedules',
    answers: { list: { ...KEYS, key_info: { '*': SCHEDULE_INFO } } },
    list: async ({ deps, namespace }) => {
      const schedules = await listSchedules(deps.store, namespace.id);
      if (schedules.length === 0) return undefined;
      const infos = schedules.map((schedule) => [schedule.name, scheduleInfo(schedule)] as const);
      return { data: { keys: schedules.map(({ name }) => name), key_info: Object.fromEntries(infos) } };
    },
  }),
  route({
    path: 'sys/remount/schedules/:name',
    fields: FIELDS,
    answers: { read: { ...SCHEDULE_INFO, '*': 'any' }, write: SCHEDULE_INFO },
    read: async ({ deps, namespace, params }) => {
      const schedule = await findSchedule(deps.store, namespace.id, nameIn(params));
      return schedule && { data: { ...scheduleInfo(schedule), ...JSON.parse(schedule.body) } };
    },
    write: async (call) => {
      requireSudo(call);
      const { deps, fields } = call;
      const { token } = call.caller as Caller;
      const schedule = await putSchedule(deps, {
        origin: originOf(call),
        name: nameIn(call.params),
        timetable: readTimetable(fields, deps.clock.now()),
        body: bodyOf(call),
        home: { id: token.namespaceId, path: token.namespacePath },
        policies: childPolicies({
          asked: fields.policies ?? [],
          noDefault: false,
          parent: token.policies,
          isSudo: isRoot(token),
          isForeign: false,
        }),
      });
      return { data: scheduleInfo(schedule) };
    },
    delete: async (call) => {
      requireSudo(call);
      await removeSchedule(call.deps, { namespaceId: call.namespace.id, name: nameIn(call.params) });
    },
  }),
];

/** As it was sent, since policies may look at it. */
function bodyOf({ raw }: Pick<Call, 'raw'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => name in RUN_FIELDS));
}

function nameIn({ name = '' }: Call['params']): string {
  if (!NAME.test(name) || name.length > MAX_SCHEDULE_NAME_LENGTH) throw nameUnusable();
  return name;
}
