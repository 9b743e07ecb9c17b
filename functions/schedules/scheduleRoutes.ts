/** The endpoints of schedules: bulk runs at set times, with policies of the token that created them (architecture §8). */

import { RUN_BODY_FIELDS, runSynonyms } from '../bulk/readRunRequest.ts';
import type { Caller } from '../credentials/caller.ts';
import { childPolicies, POLICY_LIST } from '../credentials/policyNames.ts';
import { isRoot } from '../credentials/token.ts';
import { refusal, silent } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Route, route } from '../http/route.ts';
import { KEYS } from '../http/shape.ts';
import { MAX_SCHEDULE_NAME_LENGTH } from '../limits.ts';
import { originOf } from '../remount/request.ts';
import { readerOf } from '../remount/requesterInfo.ts';
import { SCHEDULE_INFO, type ScheduleInfo } from './answers.ts';
import { pauseSchedule, putSchedule, removeSchedule } from './changeSchedule.ts';
import { findSchedule, listSchedules } from './findSchedule.ts';
import { readTimetable, TIME_FIELDS } from './readTimetable.ts';
import type { Schedule } from './schedule.ts';
import { scheduleInfo } from './scheduleInfo.ts';

/** Each run gets an idempotency key of its own. Its field `policies` has another name here, where that is the list of names. */
const { idempotency_key: _key, policies: _policies, ...MOVE_FIELDS } = RUN_BODY_FIELDS;

const FIELDS = {
  ...TIME_FIELDS,
  policies: POLICY_LIST,
  move_policies: 'string',
  ...MOVE_FIELDS,
} as const satisfies Schema;

const NAME = /^[0-9A-Za-z._-]+$/;

export const scheduleRoutes: readonly Route[] = [
  route({
    path: 'sys/remount/schedules',
    answers: { list: { ...KEYS, key_info: { '*': SCHEDULE_INFO } } },
    list: async (call) => {
      const schedules = await listSchedules(call.deps.store, call.namespace.id);
      if (schedules.length === 0) return undefined;
      const infos = schedules.map((schedule) => [schedule.name, infoOf(call, schedule)] as const);
      return { data: { keys: schedules.map(({ name }) => name), key_info: Object.fromEntries(infos) } };
    },
  }),
  route({
    path: 'sys/remount/schedules/:name',
    strange: 'refused',
    fields: FIELDS,
    synonyms: runSynonyms,
    answers: { read: { ...SCHEDULE_INFO, '*': 'any' }, write: SCHEDULE_INFO },
    read: async (call) => {
      const { deps, namespace, params } = call;
      const schedule = await findSchedule(deps.store, namespace.id, nameIn(params));
      if (!schedule) return undefined;
      const { policies: move_policies, ...body } = JSON.parse(schedule.body);
      return {
        data: { ...infoOf(call, schedule), ...body, ...(move_policies !== undefined && { move_policies }) },
      };
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
      return { data: infoOf(call, schedule) };
    },
    delete: async (call) => {
      requireSudo(call);
      await removeSchedule(call.deps, { namespaceId: call.namespace.id, name: nameIn(call.params) });
    },
  }),
  pausing('pause', true),
  pausing('resume', false),
];

function pausing(word: 'pause' | 'resume', isPaused: boolean): Route {
  return route({
    path: `sys/remount/schedules/:name/${word}`,
    sudo: true,
    strange: 'refused',
    answers: { write: SCHEDULE_INFO },
    write: async (call) => {
      const { deps, namespace, params } = call;
      const schedule = await pauseSchedule(
        deps,
        { namespaceId: namespace.id, name: nameIn(params) },
        isPaused,
      );
      if (!schedule) throw silent(404);
      return { data: infoOf(call, schedule) };
    },
  });
}

function infoOf(call: Call, schedule: Schedule): ScheduleInfo {
  return scheduleInfo(schedule, readerOf(call), call.deps.clock.now());
}

/** The fields as they were sent, because policies may allow only certain values. */
function bodyOf({ raw }: Pick<Call, 'raw'>): Record<string, unknown> {
  const given = Object.entries(raw).filter(([name]) => Object.hasOwn(MOVE_FIELDS, name));
  const policies = raw.move_policies;
  return { ...Object.fromEntries(given), ...(policies !== undefined && { policies }) };
}

function nameIn({ name = '' }: Call['params']): string {
  if (!NAME.test(name) || name.length > MAX_SCHEDULE_NAME_LENGTH) {
    const what = 'letters, digits, dots, hyphens and underscores';
    throw refusal(`the name of a schedule has 1 to ${MAX_SCHEDULE_NAME_LENGTH} ${what}`);
  }
  return name;
}
