/** `remount schedule put, delete, pause, resume`: changes the schedules of bulk runs (docs/automation.md). */

import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import type { RunBody } from '../api/planFile.ts';
import { ofSchedule, SCHEDULE_PATHS } from '../api/schedules.ts';
import type { Options } from '../arguments.ts';
import { type Command, REASON_OPTION } from '../command.ts';
import { EXIT } from '../errors.ts';
import { MOVE_POLICIES_OPTION } from '../policyOption.ts';
import { nextWords } from '../render/schedule.ts';
import { RULE_OPTION, RUN_OPTIONS, readSelection, runFields } from '../runOptions.ts';

const TIME_OPTIONS = {
  schedule: { value: 'TIMES', help: 'at(…), rate(…) or cron(…), as EventBridge Scheduler reads them' },
  timezone: { value: 'NAME', help: 'such as Europe/Berlin; default UTC' },
  start: { value: 'TIME', help: 'the first time, with its offset, such as 2026-02-01T00:00:00Z' },
  end: { value: 'TIME', help: 'the last time, at most 90 days ahead, which is the default' },
} as const satisfies Options;

export const putSchedule: Command = {
  operands: ['NAME', '[FILE]'],
  summary:
    'Makes a schedule, or replaces it. FILE is as for bulk; JSON may also have the fields of the options.',
  options: {
    ...TIME_OPTIONS,
    policies: {
      value: 'NAMES',
      help: 'policies that authorize the runs, with commas between them; by default all of the token',
    },
    ...MOVE_POLICIES_OPTION,
    ...RULE_OPTION,
    ...REASON_OPTION,
    ...RUN_OPTIONS,
  },
  doing: ([name]) => `making the schedule ${name}`,
  async run(context, typed) {
    const { service, output, format } = context;
    const [name = '', file] = typed.operands;
    const given = [...Object.keys(TIME_OPTIONS), 'policies', 'reason'].flatMap((option) => {
      const text = typed.text(option);
      return text === undefined ? [] : [[option, text] as const];
    });
    const selection = ofSchedules(await readSelection(context, typed, file));
    const rules = typed.text('move-policies');
    const body = {
      ...selection,
      ...runFields(typed),
      ...(rules !== undefined && { move_policies: rules }),
      ...Object.fromEntries(given),
    };
    const { data } = await service.write(SCHEDULE_PATHS.schedule(name), body);
    if (format === 'json') output.json(data);
    else output.line(`Schedule ${name} is set: ${nextWords(data)}.`, 'green');
    return EXIT.done;
  },
};

/**
 * A plan of --out is the request for one run, by its key. Each run of a schedule has a key of its own, and what the plan says of
 * policy rules is another field here.
 */
function ofSchedules({ idempotency_key: key, policies, ...selection }: RunBody): RunBody {
  if (policies === undefined) return selection;
  return { ...selection, [key === undefined ? 'policies' : 'move_policies']: policies };
}

export const deleteSchedule: Command = {
  operands: ['NAME'],
  summary: 'Removes a schedule. A run that has begun goes on.',
  options: {},
  doing: ([name]) => `removing the schedule ${name}`,
  async run({ service, output, format }, typed) {
    const [name = ''] = typed.operands;
    const path = SCHEDULE_PATHS.schedule(name);
    await ofSchedule(service, name, service.read(path));
    await service.remove(path);
    if (format === 'json') output.json(null);
    else output.line(`Removed schedule ${name}.`);
    return EXIT.done;
  },
};

export const pauseSchedule: Command = pausing(
  'pause',
  'Stops a schedule until it is resumed. A run that has begun goes on.',
);

export const resumeSchedule: Command = pausing(
  'resume',
  'Lets a paused schedule run again. Times that have passed are not made up for.',
);

function pausing(word: 'pause' | 'resume', summary: string): Command {
  return {
    operands: ['NAME'],
    summary,
    options: {},
    doing: ([name]) => `${word === 'pause' ? 'pausing' : 'resuming'} the schedule ${name}`,
    async run({ service, output, format }, typed) {
      const [name = ''] = typed.operands;
      const { data } = await ofSchedule(service, name, service.write(SCHEDULE_PATHS[word](name)));
      if (format === 'json') output.json(data);
      else output.line(`Schedule ${name}: ${nextWords(data as ScheduleInfo)}.`);
      return EXIT.done;
    },
  };
}
