/** `remount schedule list, show, next, history`: shows schedules and what they have started. */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { orIfNotFound } from '../api/found.ts';
import { RUN_PATHS } from '../api/runs.ts';
import { ofSchedule, SCHEDULE_PATHS } from '../api/schedules.ts';
import type { Service } from '../api/service.ts';
import { type Command, type Context, LIMIT_OPTION, readLimit } from '../command.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { runTable } from '../render/run.ts';
import { nextWords, scheduleFacts, scheduleTable } from '../render/schedule.ts';

export const listSchedules: Command = {
  operands: [],
  summary: 'Lists the schedules of a namespace, with their next time and their last run.',
  options: {},
  doing: () => 'listing schedules',
  async run({ service, output, format }) {
    const none = { data: { keys: [], key_info: {} } };
    const { data } = await orIfNotFound(service.list(SCHEDULE_PATHS.schedules), () => none);
    if (format === 'json') output.json(data);
    else if (data.keys.length === 0) output.note('None found.');
    else for (const line of scheduleTable(entriesOf(data), output.width)) output.line(line);
    return EXIT.done;
  },
};

export const showSchedule: Command = {
  operands: ['NAME'],
  summary: 'Shows a schedule: its times, what it moves, and its last run.',
  options: {},
  doing: ([name]) => `reading the schedule ${name}`,
  run: (context, typed) => show(context, typed.operands[0] ?? '', (name, data) => scheduleFacts(name, data)),
};

export const nextOfSchedule: Command = {
  operands: ['NAME'],
  summary: 'Says when a schedule runs next.',
  options: {},
  doing: ([name]) => `reading the schedule ${name}`,
  run: (context, typed) => show(context, typed.operands[0] ?? '', (_, data) => [nextWords(data)]),
};

export const historyOfSchedule: Command = {
  operands: ['NAME'],
  summary: 'Lists the bulk runs that a schedule has started, newest first.',
  options: LIMIT_OPTION,
  doing: ([name]) => `listing the runs of the schedule ${name}`,
  async run(context, typed) {
    const { service, output, format } = context;
    const [name = ''] = typed.operands;
    const limit = readLimit(typed);
    const runs = await runsOf(service, name, limit);
    // The runs of a schedule that was removed are still listed.
    if (runs.length === 0) await ofSchedule(service, name, service.read(SCHEDULE_PATHS.schedule(name)));
    if (format === 'json') output.json({ keys: runs.map(([id]) => id), key_info: Object.fromEntries(runs) });
    else if (runs.length === 0) output.note('None found.');
    else for (const line of runTable(runs, output.width)) output.line(line);
    return EXIT.done;
  },
};

function entriesOf({ keys, key_info }: { keys: string[]; key_info: Record<string, ScheduleInfo> }) {
  return keys.map((name) => [name, key_info[name] as ScheduleInfo] as const);
}

async function show(
  { service, output, format }: Context,
  name: string,
  linesOf: (name: string, data: ScheduleInfo & Record<string, unknown>) => string[],
): Promise<ExitCode> {
  const { data } = await ofSchedule(service, name, service.read(SCHEDULE_PATHS.schedule(name)));
  if (format === 'json') output.json(data);
  else for (const line of linesOf(name, data)) output.line(line);
  return EXIT.done;
}

/** Runs in one request. */
const PAGE = 200;

/** A run names the schedule that has started it as its requester, and no token. */
async function runsOf(service: Service, name: string, limit: number): Promise<[string, BulkInfo][]> {
  const found: [string, BulkInfo][] = [];
  for (let after: string | undefined; ; ) {
    const query = { after, limit: String(PAGE) };
    const { data } = await orIfNotFound(service.list(RUN_PATHS.runs, { query }), () => ({
      data: { keys: [] },
    }));
    const runs = data.keys.map((id: string): [string, BulkInfo] => [id, data.key_info[id]]);
    found.push(
      ...runs.filter(([, { requested_by: by }]: [string, BulkInfo]) => {
        return by.display_name === `schedule-${name}` && by.accessor === '';
      }),
    );
    if (data.keys.length < PAGE || found.length >= limit) return found.slice(0, limit);
    after = data.keys.at(-1);
  }
}
